import { ddim, ddpm, type Sampler, sample } from '@noisesmith/samplers';
import { labelsOfOneHot } from '@noisesmith/training';
import type { Session } from './session';
import type { SamplerRun } from './settings';

function samplerOf({ eta, kind }: SamplerRun): Sampler {
  if (kind === 'ddim') return ddim(eta);
  return ddpm(kind === 'ddpm_large' ? 'large' : 'small');
}

/** The sampler takes null where training takes −1. */
const samplingLabels = ({ fixture, net }: Session): (number | null)[] =>
  labelsOfOneHot(fixture.data('sample.onehot'), net.classes).map((label) => (label < 0 ? null : label));

/** `sample.<key>.x_after<i>` for every i that the file asks for, `.image01` and `.latents`. */
export async function runSamplers(session: Session): Promise<void> {
  const { backend, fixture, net, parameters, put, settings } = session;
  if (!fixture.has('sample.x_T')) return;
  const start = fixture.data('sample.x_T');
  const shape = fixture.shape('sample.x_T');
  const noise = fixture.data('sample.noise');
  const [steps] = fixture.shape('sample.noise') as [number];
  for (const run of settings.runs) {
    const prefix = `sample.${run.key}`;
    const { carry, images } = await sample(backend, net, {
      steps,
      sampler: samplerOf(run),
      schedule: settings.schedule,
      guidance: run.guidance,
      inputScale: settings.train.inputScale,
      normalize: settings.train.normalize,
      timeDifference: settings.timeDifference,
      weights: parameters,
      batch: shape[0]!,
      given: { start, noise },
      ...(net.classes > 0 && { labels: samplingLabels(session) }),
      onStep: async ({ index, read }) => {
        const name = `${prefix}.x_after${index}`;
        if (fixture.has(name) || fixture.has(`${name}.digest`)) put(name, shape, await read('x'));
      },
    });
    put(`${prefix}.image01`, shape, images);
    put(`${prefix}.latents`, [shape[0]!, ...net.carryShape], carry);
  }
}
