import { jit, numpy as np, tree } from '@jax-js/jax';
import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { SamplingLevel } from '../../job';
import type { Prepared } from '../../peer';
import { type Arrays, upload, uploadAll } from './arrays';
import { preparedWork } from './prepared';
import { forward, normalised } from './rin';

type SampleState = { x: np.Array; latents: np.Array; x0: np.Array };

/** All DDIM steps from uploaded noise; one compiled step serves every level. */
export function prepareSampler(config: ModelConfig, levels: readonly SamplingLevel[], inputs: HostTensors): Prepared {
  const parameters = uploadAll(under(inputs, 'param.'));
  const start = upload(tensorNamed(inputs, 'start'));
  const onehot: Arrays = config.classes > 0 ? { onehot: upload(tensorNamed(inputs, 'onehot')) } : {};
  const batch = start.shape[0]!;
  const numbers = levels.map((level) => uploadLevel(level, batch));
  const noCarry = np.zeros([batch, config.latents, config.latent_dim]);

  const step = jit(
    (weights: Arrays, labels: Arrays, { x, latents, x0: last }: SampleState, at: Arrays): SampleState => {
      last.dispose();
      const { prediction, latents: carried } = forward(weights, config, {
        x: normalised(x.ref),
        gamma: at.gamma!,
        latents,
        ...labels,
      });
      const estimate = x.ref.mul(at.x0FromX!).add(prediction.mul(at.x0FromOutput!));
      const x0 = np.clip(estimate, -1, 1);
      return { x: x0.ref.mul(at.nextFromX0!).add(x.mul(at.nextFromX!)), latents: carried, x0 };
    },
  );
  const toPixels = jit((x0: np.Array) => np.clip(x0.add(1).mul(0.5), 0, 1));

  return preparedWork(() => {
    let state: SampleState = { x: start.ref, latents: noCarry.ref, x0: start.ref };
    for (const at of numbers) state = step(tree.ref(parameters), tree.ref(onehot), state, tree.ref(at));
    state.x.dispose();
    state.latents.dispose();
    return { image: toPixels(state.x0) };
  });
}

function uploadLevel({ gamma, ...factors }: SamplingLevel, batch: number): Arrays {
  return {
    gamma: np.full([batch], gamma),
    ...Object.fromEntries(Object.entries(factors).map(([name, factor]) => [name, np.array(factor)])),
  };
}
