import { ddim, ddpm, type Sampler, sample } from '@noisesmith/samplers';
import type { Session } from './session';
import type { SamplerRun } from './settings';

function samplerOf({ eta, kind }: SamplerRun): Sampler {
  if (kind === 'ddim') return ddim(eta);
  return ddpm(kind === 'ddpm_large' ? 'large' : 'small');
}

/** Labels of one-hot rows; null for a row of zeros. */
function labelsOf({ fixture, net }: Session): (number | null)[] {
  const onehot = fixture.data('sample.onehot');
  return Array.from({ length: onehot.length / net.classes }, (_, i) => {
    const label = onehot.subarray(i * net.classes, (i + 1) * net.classes).indexOf(1);
    return label < 0 ? null : label;
  });
}

/** `sample.<key>.x_after<i>` for every i that the file asks for, `.image01` and `.latents`. */
export async function runSamplers(session: Session): Promise<void> {
  const { device, fixture, net, parameters, put, settings } = session;
  if (!fixture.has('sample.x_T')) return;
  const start = fixture.data('sample.x_T');
  const shape = fixture.shape('sample.x_T');
  const noise = fixture.data('sample.noise');
  const [steps] = fixture.shape('sample.noise') as [number];
  for (const run of settings.runs) {
    const prefix = `sample.${run.key}`;
    const { carry, images } = await sample(device, net, {
      steps,
      sampler: samplerOf(run),
      schedule: settings.schedule,
      guidance: run.guidance,
      inputScale: settings.inputScale,
      normalize: settings.normalize,
      timeDifference: settings.timeDifference,
      weights: parameters,
      batch: shape[0]!,
      given: { start, noise },
      ...(net.classes > 0 && { labels: labelsOf(session) }),
      onStep: async ({ index, read }) => {
        const name = `${prefix}.x_after${index}`;
        if (fixture.has(name) || fixture.has(`${name}.digest`)) put(name, shape, await read('x'));
      },
    });
    put(`${prefix}.image01`, shape, images);
    put(`${prefix}.latents`, [shape[0]!, ...net.carryShape], carry);
  }
}
