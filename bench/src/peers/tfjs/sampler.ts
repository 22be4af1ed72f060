import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { SamplingLevel } from '../../job';
import type { Prepared } from '../../peer';
import { preparedWork } from './prepared';
import { forward } from './rin';
import { upload, uploadAll } from './tensors';
import { normalised } from './train-step';

/** All DDIM steps from uploaded noise. */
export function prepareSampler(
  config: ModelConfig,
  levels: readonly SamplingLevel[],
  inputs: HostTensors,
  fence: () => Promise<void>,
): Prepared {
  const parameters = uploadAll(under(inputs, 'param.'));
  const start = upload(tensorNamed(inputs, 'start'));
  const onehot = upload(tensorNamed(inputs, 'onehot'));
  const batch = start.shape[0]!;
  const gammas = levels.map(({ gamma }) => tf.fill([batch], gamma));
  const noCarry = tf.zeros([batch, config.latents, config.latent_dim]);
  return preparedWork(() => {
    let state = { x: start, latents: noCarry as tf.Tensor, x0: start };
    levels.forEach((level, i) => {
      // Intermediate tensors of a step are of no use to the next one.
      state = tf.tidy(() => {
        const { x } = state;
        const { prediction, latents } = forward(parameters, config, normalised(x), gammas[i]!, onehot, state.latents);
        const estimate = tf.add(tf.mul(x, level.x0FromX), tf.mul(prediction, level.x0FromOutput));
        const x0 = tf.clipByValue(estimate, -1, 1);
        return { x: tf.add(tf.mul(x0, level.nextFromX0), tf.mul(x, level.nextFromX)), latents, x0 };
      });
    });
    return { image: tf.clipByValue(tf.mul(tf.add(state.x0, 1), 0.5), 0, 1) };
  }, fence);
}
