import * as tf from '@tensorflow/tfjs-core';
import { imageSize, type ModelConfig } from '../../configs';
import type { HostTensors } from '../../host-tensor';
import { isExcluded, type OptimizerSettings } from '../../optimizer-settings';
import type { HostBatch } from '../../random-batch';
import { forward, type Parameters } from './rin';
import { uploadAll } from './tensors';

/** Everything a step replaces. The tensors belong to the state: a step disposes the ones it replaces. */
export interface TrainState {
  /** Steps taken. */
  step: number;
  parameters: Map<string, tf.Tensor>;
  firstMoment: Map<string, tf.Tensor>;
  secondMoment: Map<string, tf.Tensor>;
  ema: Map<string, tf.Tensor>;
}

type Slots = Omit<TrainState, 'step'>;
const slotNames = ['parameters', 'firstMoment', 'secondMoment', 'ema'] as const satisfies (keyof Slots)[];

/** Moments zero, EMA a copy of the parameters. */
export function initialState(parameters: HostTensors): TrainState {
  const zeros = () => new Map([...parameters].map(([name, { shape }]) => [name, tf.zeros([...shape])]));
  return {
    step: 0,
    parameters: uploadAll(parameters),
    firstMoment: zeros(),
    secondMoment: zeros(),
    ema: uploadAll(parameters),
  };
}

function disposeState(state: TrainState): void {
  for (const slot of slotNames) tf.dispose([...state[slot].values()]);
}

/** x [B, H, W, C] over its standard deviation, per example. */
export const normalised = (x: tf.Tensor): tf.Tensor => tf.div(x, tf.sqrt(tf.moments(x, [1, 2, 3], true).variance));

/** Uploads a batch and returns the loss and every parameter's gradient, all of which the caller disposes. */
export function lossAndGradients(
  parameters: Parameters,
  config: ModelConfig,
  batch: HostBatch,
  inputScale: number,
): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const names = [...parameters.keys()];
  const { value, grads } = tf.tidy(() => {
    const [height, width] = imageSize(config);
    const examples = batch.gamma.length;
    const pixels = [examples, height, width, config.channels];
    const gamma = tf.tensor1d(batch.gamma);
    const onehot = tf.tensor2d(batch.onehot, [examples, config.classes]);
    const noise = tf.tensor(batch.noise, pixels);
    const x0 = tf.mul(tf.sub(tf.mul(tf.tensor(batch.img01, pixels), 2), 1), inputScale);
    const signal = tf.reshape(gamma, [examples, 1, 1, 1]);
    const noisy = tf.add(tf.mul(tf.sqrt(signal), x0), tf.mul(tf.sqrt(tf.sub(1, signal)), noise));
    const x = normalised(noisy);

    const zeros = tf.zeros([examples, config.latents, config.latent_dim]);
    const first = forward(parameters, config, x, gamma, onehot, zeros).latents;
    const previous = tf.mul(first, tf.tensor3d(batch.scMask, [examples, 1, 1]));
    // Only what happens inside this function is recorded, so no gradient reaches the first pass.
    const loss = (...tensors: tf.Tensor[]) => {
      const current = new Map(names.map((name, i) => [name, tensors[i]!]));
      const { prediction } = forward(current, config, x, gamma, onehot, previous);
      return tf.mean(tf.squaredDifference(noise, prediction)) as tf.Scalar;
    };
    return tf.valueAndGrads(loss)([...parameters.values()]);
  });
  return { loss: value, gradients: new Map(names.map((name, i) => [name, grads[i]!])) };
}

/**
 * One LAMB step and the EMA after it (You et al. 2020, algorithm 2, with decoupled decay inside the trust ratio and
 * epsilon outside the square root). Replaces the tensors of `state`; leaves `gradients` alone.
 */
export function applyGradients(
  state: TrainState,
  gradients: ReadonlyMap<string, tf.Tensor>,
  settings: OptimizerSettings,
): void {
  const { beta1, beta2, emaDecay } = settings;
  state.step += 1;
  const next = tf.tidy(() => {
    // One upload each, shared by all parameters.
    const correction1 = tf.scalar(1 / (1 - beta1 ** state.step));
    const correction2 = tf.scalar(1 / (1 - beta2 ** state.step));
    const [b1, oneMinusB1, b2, oneMinusB2] = [beta1, 1 - beta1, beta2, 1 - beta2].map((v) => tf.scalar(v)) as Scalars4;
    const [decay, oneMinusDecay] = [emaDecay, 1 - emaDecay].map((v) => tf.scalar(v)) as [tf.Scalar, tf.Scalar];
    const [epsilon, weightDecay, learningRate, zero, one] = [
      settings.epsilon,
      settings.weightDecay,
      settings.learningRate,
      0,
      1,
    ].map((v) => tf.scalar(v)) as [tf.Scalar, ...Scalars4];

    const slots: Slots = { parameters: new Map(), firstMoment: new Map(), secondMoment: new Map(), ema: new Map() };
    for (const [name, weight] of state.parameters) {
      const gradient = gradients.get(name)!;
      const m = tf.add(tf.mul(state.firstMoment.get(name)!, b1), tf.mul(gradient, oneMinusB1));
      const v = tf.add(tf.mul(state.secondMoment.get(name)!, b2), tf.mul(tf.square(gradient), oneMinusB2));
      let update: tf.Tensor = tf.div(tf.mul(m, correction1), tf.add(tf.sqrt(tf.mul(v, correction2)), epsilon));
      let rate: tf.Tensor = learningRate;
      if (!isExcluded(name)) {
        update = tf.add(update, tf.mul(weight, weightDecay));
        const weightNorm = tf.sqrt(tf.sum(tf.square(weight)));
        const updateNorm = tf.sqrt(tf.sum(tf.square(update)));
        const bothPositive = tf.logicalAnd(tf.greater(weightNorm, zero), tf.greater(updateNorm, zero));
        rate = tf.mul(learningRate, tf.where(bothPositive, tf.div(weightNorm, updateNorm), one));
      }
      const moved = tf.sub(weight, tf.mul(update, rate));
      slots.parameters.set(name, moved);
      slots.firstMoment.set(name, m);
      slots.secondMoment.set(name, v);
      slots.ema.set(name, tf.add(tf.mul(state.ema.get(name)!, decay), tf.mul(moved, oneMinusDecay)));
    }
    // A tidy keeps what it returns, and it looks for tensors in arrays and objects, not in Maps.
    return slotNames.map((slot) => Object.fromEntries(slots[slot]));
  });
  disposeState(state);
  slotNames.forEach((slot, i) => {
    state[slot] = new Map(Object.entries(next[i]!));
  });
}

type Scalars4 = [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar];
