import { lax, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { imageSize, type ModelConfig } from '../../configs';
import { type HostTensors, hostTensor } from '../../host-tensor';
import { isExcluded, type OptimizerSettings } from '../../optimizer-settings';
import type { HostBatch } from '../../random-batch';
import { type Arrays, upload, uploadAll } from './arrays';
import { forward, normalised } from './rin';

/** Everything that a step replaces. */
export type TrainState = { parameters: Arrays; firstMoment: Arrays; secondMoment: Arrays; average: Arrays };

/** Moments zero, the average a copy of the parameters. */
export function initialState(parameters: HostTensors): TrainState {
  const zeros = (): Arrays =>
    Object.fromEntries([...parameters].map(([name, { shape }]) => [name, np.zeros([...shape])]));
  return {
    parameters: uploadAll(parameters),
    firstMoment: zeros(),
    secondMoment: zeros(),
    average: uploadAll(parameters),
  };
}

/** A batch on the device. */
export function uploadBatch(config: ModelConfig, batch: HostBatch): Arrays {
  const [height, width] = imageSize(config);
  const examples = batch.gamma.length;
  const pixels = [examples, height, width, config.channels];
  return {
    image: upload(hostTensor(pixels, batch.img01)),
    noise: upload(hostTensor(pixels, batch.noise)),
    gamma: upload(hostTensor([examples], batch.gamma)),
    mask: upload(hostTensor([examples, 1, 1], batch.scMask)),
    ...(config.classes > 0 && { onehot: upload(hostTensor([examples, config.classes], batch.onehot)) }),
  };
}

/** Epsilon loss of the two passes and every parameter's gradient. Consumes parameters and batch. */
export function lossAndGradients(
  config: ModelConfig,
  inputScale: number,
  parameters: Arrays,
  { image, noise, gamma, mask, onehot }: Arrays,
): [np.Array, Arrays] {
  const x0 = image!.mul(2).sub(1).mul(inputScale);
  const signal = gamma!.ref.reshape([-1, 1, 1, 1]);
  const noisy = np
    .sqrt(signal.ref)
    .mul(x0)
    .add(np.sqrt(np.subtract(1, signal)).mul(noise!.ref));
  const x = normalised(noisy);
  const latents = np.zeros([x.shape[0]!, config.latents, config.latent_dim]);
  const labels = (reference: np.Array | undefined) => (reference === undefined ? {} : { onehot: reference });

  const first = forward(tree.ref(parameters), config, {
    x: x.ref,
    gamma: gamma!.ref,
    latents,
    ...labels(onehot?.ref),
  });
  first.prediction.dispose();
  const previous = lax.stopGradient(first.latents.mul(mask!));
  const loss = (current: Arrays): np.Array => {
    const { prediction, latents: last } = forward(current, config, {
      x,
      gamma: gamma!,
      latents: previous,
      ...labels(onehot),
    });
    last.dispose();
    return np.square(prediction.sub(noise!)).mean();
  };
  return valueAndGrad(loss)(parameters) as [np.Array, Arrays];
}

/** Numbers that change from step to step. */
export type StepNumbers = { correction1: np.Array; correction2: np.Array };

/** The bias corrections of step 1, 2, … */
export const stepNumbers = (step: number, { beta1, beta2 }: OptimizerSettings): StepNumbers => ({
  correction1: np.array(1 / (1 - beta1 ** step)),
  correction2: np.array(1 / (1 - beta2 ** step)),
});

/**
 * One LAMB step and the moving average after it (You et al. 2020, algorithm 2, with decoupled decay inside the trust
 * ratio and epsilon outside the square root). Consumes everything.
 */
export function applyGradients(
  settings: OptimizerSettings,
  state: TrainState,
  gradients: Arrays,
  { correction1, correction2 }: StepNumbers,
): TrainState {
  const { learningRate, weightDecay, beta1, beta2, epsilon, emaDecay } = settings;
  const next: TrainState = { parameters: {}, firstMoment: {}, secondMoment: {}, average: {} };
  for (const [name, weight] of Object.entries(state.parameters)) {
    const gradient = gradients[name]!;
    const m = state.firstMoment[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const v = state.secondMoment[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
    let update = m.ref.mul(correction1.ref).div(np.sqrt(v.ref.mul(correction2.ref)).add(epsilon));
    if (!isExcluded(name)) {
      update = update.add(weight.ref.mul(weightDecay));
      const weightNorm = np.sqrt(np.square(weight.ref).sum());
      const updateNorm = np.sqrt(np.square(update.ref).sum());
      const bothPositive = weightNorm.ref.greater(0).mul(updateNorm.ref.greater(0));
      update = update.mul(np.where(bothPositive, weightNorm.div(updateNorm), 1));
    }
    const moved = weight.sub(update.mul(learningRate));
    next.average[name] = state.average[name]!.mul(emaDecay).add(moved.ref.mul(1 - emaDecay));
    next.parameters[name] = moved;
    next.firstMoment[name] = m;
    next.secondMoment[name] = v;
  }
  correction1.dispose();
  correction2.dispose();
  return next;
}
