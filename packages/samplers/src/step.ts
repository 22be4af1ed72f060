import {
  clipX0,
  type Denoiser,
  type DenoiserOutput,
  guide,
  normalizeVariance,
  type PredictionType,
  unscaleImage,
  x0Coefficients,
} from '@noisesmith/diffusion';
import {
  add,
  broadcastTo,
  clamp,
  concat,
  f32,
  fill,
  type Graph,
  mul,
  narrow,
  oneHot,
  randomNormal,
  scope,
  sub,
  type Tensor,
  trace,
  u32,
} from '@noisesmith/tensor';
import type { TimeStep } from './noise-level';
import type { Sampler } from './sampler';

export interface StepOptions {
  /** Examples in one run of the step. */
  readonly batch: number;
  /** b: x0 lies in [−b, b] and is clipped to it. */
  readonly inputScale: number;
  /** Divide the network's input by its deviation, as the network was trained. */
  readonly normalize: boolean;
  /** Run the network on labels and without, for guidance. */
  readonly guided: boolean;
  /** Where the noise of a step comes from: drawn from the `keys` input, given in the `noise` input, or none. */
  readonly noise: 'keys' | 'given' | 'none';
}

/** Names of the numbers written before every run; see {@link stepScalars}. */
const scalarNames = [
  'x0FromX',
  'x0FromOutput',
  'nextFromX0',
  'nextFromX',
  'nextFromNoise',
  'guidance',
  'carryMomentum',
] as const;
export type StepScalars = Readonly<Record<(typeof scalarNames)[number], number>>;

/**
 * One sampling step as a graph that any sampler, schedule and number of steps replays: all that differs from step to step
 * comes in through inputs and scalars.
 *
 * inputs: `timeFeatures` [1, width]; `labels` u32 [batch], where `denoiser.classes` means none (networks with classes);
 * `keys` u32 [batch, 2] or `noise` [batch, h, w, c].
 * state: `params`; `x` [batch, h, w, c]; `carry` [batch, ...carryShape].
 * output: `image` [batch, h, w, c], the clipped estimate of x0 as pixels of [0, 1].
 */
export function denoiseStep(denoiser: Denoiser, options: StepOptions): Graph {
  const { batch, inputScale, noise } = options;
  const { imageShape, classes, carryShape, layout, timeFeatures } = denoiser;
  const inputs = {
    timeFeatures: f32(1, timeFeatures.width),
    ...(classes > 0 && { labels: u32(batch) }),
    ...(noise === 'keys' && { keys: u32(batch, 2) }),
    ...(noise === 'given' && { noise: f32(batch, ...imageShape) }),
  };
  const state = { params: layout, x: f32(batch, ...imageShape), carry: f32(batch, ...carryShape) };
  return trace({ inputs, state, scalars: scalarNames }, ({ inputs, state, scalars }) => {
    const { x } = state;
    const evaluate = options.guided ? guidedOutput : plainOutput;
    const { prediction, carry } = scope('denoiser', () =>
      evaluate(denoiser, state.params.tensors, {
        x: options.normalize ? normalizeVariance(x) : x,
        timeFeatures: inputs.timeFeatures,
        labels: inputs.labels,
        carry: state.carry,
        guidance: scalars.guidance,
      }),
    );
    const estimate = add(mul(x, scalars.x0FromX), mul(prediction, scalars.x0FromOutput));
    const x0 = clipX0(estimate, inputScale);
    const moved = add(mul(x0, scalars.nextFromX0), mul(x, scalars.nextFromX));
    const fresh = inputs.keys ? randomNormal(inputs.keys, imageShape) : inputs.noise;
    const keep = scalars.carryMomentum;
    return {
      outputs: { image: clamp(unscaleImage(x0, inputScale), 0, 1) },
      state: {
        x: fresh ? add(moved, mul(fresh, scalars.nextFromNoise)) : moved,
        carry: add(mul(state.carry, keep), mul(carry, sub(1, keep))),
      },
    };
  });
}

interface Evaluation {
  readonly x: Tensor;
  /** [1, width] */
  readonly timeFeatures: Tensor;
  readonly labels: Tensor | undefined;
  readonly carry: Tensor;
  readonly guidance: Tensor;
}

type Weights = Readonly<Record<string, Tensor>>;

const rows = (features: Tensor, batch: number): Tensor => broadcastTo(features, [batch, features.shape[1]!]);

function plainOutput(denoiser: Denoiser, parameters: Weights, at: Evaluation): DenoiserOutput {
  const batch = at.x.shape[0]!;
  return denoiser.apply(parameters, {
    x: at.x,
    timeFeatures: rows(at.timeFeatures, batch),
    carry: at.carry,
    ...(at.labels && { classes: oneHot(at.labels, denoiser.classes) }),
  });
}

/** With labels and without, as one batch of twice the size. Both get the same carry; that of the labelled half goes on. */
function guidedOutput(denoiser: Denoiser, parameters: Weights, at: Evaluation): DenoiserOutput {
  const batch = at.x.shape[0]!;
  const twice = (x: Tensor): Tensor => concat([x, x], 0);
  const labelled = oneHot(at.labels!, denoiser.classes);
  const { prediction, carry } = denoiser.apply(parameters, {
    x: twice(at.x),
    timeFeatures: rows(at.timeFeatures, 2 * batch),
    carry: twice(at.carry),
    classes: concat([labelled, fill(labelled.shape, 0)], 0),
  });
  const [conditional, unconditional] = [narrow(prediction, 0, 0, batch), narrow(prediction, 0, batch, batch)];
  return { prediction: guide(conditional, unconditional, at.guidance), carry: narrow(carry, 0, 0, batch) };
}

/** The numbers of one step, computed in double precision. */
export function stepScalars(
  step: TimeStep,
  sampler: Sampler,
  options: { predictionType: PredictionType; guidance: number; carryMomentum: number },
): StepScalars {
  const at = { alpha: Math.sqrt(step.now.gamma), sigma: Math.sqrt(step.now.oneMinusGamma) };
  const estimate = x0Coefficients(options.predictionType, at);
  const update = sampler.coefficients(step.now, step.next);
  return {
    x0FromX: estimate.x,
    x0FromOutput: estimate.output,
    nextFromX0: update.x0,
    nextFromX: update.x,
    nextFromNoise: update.noise,
    guidance: options.guidance,
    carryMomentum: options.carryMomentum,
  };
}
