import type { Denoiser } from '@noisesmith/diffusion';
import {
  adamw,
  add,
  div,
  f32,
  type Graph,
  grad,
  greater,
  lamb,
  mul,
  type OptimizerState,
  oneHot,
  pack,
  randomNormal,
  reshape,
  type StateSpec,
  scope,
  sqrt,
  square,
  sum,
  type Tensor,
  type TensorSpec,
  trace,
  u32,
  where,
} from '@noisesmith/tensor';
import type { TrainConfig } from './config';
import { emaDecayAt } from './ema-decay';
import { learningRateAt } from './learning-rate';
import { type LossResult, trainingLoss } from './loss';

/** Flat vectors of the denoiser's layout that training keeps; a checkpoint is these four. */
export const trainStateNames = ['params', 'firstMoment', 'secondMoment', 'ema'] as const;
export type TrainStateName = (typeof trainStateNames)[number];

/** Numbers of one optimizer step; they enter the program as scalars. */
export const stepScalarNames = ['learningRate', 'correction1', 'correction2', 'emaDecay'] as const;

export interface TrainStepOptions {
  /**
   * Where the noise comes from: drawn from the input `noiseKeys` [batch, 2], as in a run, or given in the input `noise`,
   * of the images' shape, as a fixture has it. 'keys' unless given.
   */
  readonly noise?: 'keys' | 'given';
  /** Values of the loss that become outputs too; see {@link LossResult}. */
  readonly outputs?: readonly ('prediction' | 'firstCarry')[];
}

/**
 * Shapes of the program's inputs for `batch` examples; names and order are those of `stepDrawer`, or of `givenInputs`
 * where the noise is given.
 */
export function stepInputs(
  denoiser: Denoiser,
  config: TrainConfig,
  batch: number,
  { noise = 'keys' }: TrainStepOptions = {},
): Record<string, TensorSpec> {
  const twoPasses = config.selfConditioning.rate > 0;
  const labelled = denoiser.classes > 0;
  return {
    image: f32(batch, ...denoiser.imageShape),
    ...(noise === 'keys' ? { noiseKeys: u32(batch, 2) } : { noise: f32(batch, ...denoiser.imageShape) }),
    alpha: f32(batch),
    sigma: f32(batch),
    timeFeatures: f32(batch, denoiser.timeFeatures.width),
    dropoutKeysSecond: u32(batch, 2),
    ...(twoPasses && { selfConditioningMask: f32(batch), dropoutKeysFirst: u32(batch, 2) }),
    ...(labelled && { labels: u32(batch), labelKeepSecond: f32(batch) }),
    ...(labelled && twoPasses && { labelKeepFirst: f32(batch) }),
  };
}

/** State of the training programs; `gradient` is there when batches are split. */
export function trainState(denoiser: Denoiser, config: TrainConfig): Record<string, StateSpec> {
  const names = config.accumulation > 1 ? [...trainStateNames, 'gradient'] : trainStateNames;
  return Object.fromEntries(names.map((name) => [name, denoiser.layout]));
}

/** Values of {@link stepScalarNames} for a step counted from 0. */
export function stepScalars(config: TrainConfig, step: number): Record<(typeof stepScalarNames)[number], number> {
  const { beta1, beta2 } = config.optimizer;
  return {
    learningRate: learningRateAt(config, step),
    correction1: 1 / (1 - beta1 ** (step + 1)),
    correction2: 1 / (1 - beta2 ** (step + 1)),
    emaDecay: emaDecayAt(config, step),
  };
}

/**
 * One whole optimizer step: loss, gradient, LAMB or AdamW, moving average. Inputs {@link stepInputs}, scalars
 * {@link stepScalarNames}; outputs `loss` [], `lossPerExample` [batch], `gradientNorm` [] (before any clip).
 */
export function trainStep(denoiser: Denoiser, config: TrainConfig, options: TrainStepOptions = {}): Graph {
  const spec = {
    inputs: stepInputs(denoiser, config, config.batch, options),
    state: trainState(denoiser, { ...config, accumulation: 1 }),
    scalars: stepScalarNames,
  };
  return trace(spec, ({ inputs, scalars, state }) => {
    const { tensors } = flat(denoiser, state);
    const result = batchLoss(denoiser, config, tensors, inputs as Record<string, Tensor>);
    const gradient = flatGradient(denoiser, result.loss, tensors);
    const { assigns, gradientNorm } = optimize(denoiser, config, state, gradient, scalars);
    return { outputs: { ...lossOutputs(result, options), gradientNorm }, state: assigns };
  });
}

/**
 * A part of a step whose batch is split: adds its share of the gradient to the state `gradient`. The scalar
 * `keepGradient` is 0 for the first part of a step and 1 for the others. Outputs `loss` [], `lossPerExample` of the part.
 */
export function accumulateStep(denoiser: Denoiser, config: TrainConfig, options: TrainStepOptions = {}): Graph {
  const spec = {
    inputs: stepInputs(denoiser, config, config.batch / config.accumulation, options),
    state: { params: denoiser.layout, gradient: denoiser.layout },
    scalars: ['keepGradient'],
  } as const;
  return trace(spec, ({ inputs, scalars, state }) => {
    const result = batchLoss(denoiser, config, state.params.tensors, inputs as Record<string, Tensor>);
    const share = mul(flatGradient(denoiser, result.loss, state.params.tensors), 1 / config.accumulation);
    const gradient = add(mul(state.gradient.flat, scalars.keepGradient), share);
    return { outputs: lossOutputs(result, options), state: { gradient } };
  });
}

/** The end of a step whose batch was split: the update by the state `gradient`. Output `gradientNorm` []. */
export function applyStep(denoiser: Denoiser, config: TrainConfig): Graph {
  const spec = { state: { ...trainState(denoiser, config), gradient: denoiser.layout }, scalars: stepScalarNames };
  return trace(spec, ({ scalars, state }) => {
    const gradient = flat(denoiser, state, 'gradient').flat;
    const { assigns, gradientNorm } = optimize(denoiser, config, state, gradient, scalars);
    return { outputs: { gradientNorm }, state: assigns };
  });
}

interface Flat {
  readonly flat: Tensor;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The flat vector of one state; all states of training programs have the denoiser's layout. */
function flat(denoiser: Denoiser, state: Readonly<Record<string, unknown>>, name = 'params'): Flat {
  const found = state[name] as Flat | undefined;
  if (!found) throw new RangeError(`state '${name}' of ${denoiser.layout.size} elements is missing`);
  return found;
}

function lossOutputs(result: LossResult, { outputs = [] }: TrainStepOptions): Record<string, Tensor> {
  const asked = outputs.map((name): [string, Tensor] => {
    const found = result[name];
    if (!found) throw new RangeError(`a step without self-conditioning has no output '${name}'`);
    return [name, found];
  });
  return { loss: result.loss, lossPerExample: result.perExample, ...Object.fromEntries(asked) };
}

function batchLoss(
  denoiser: Denoiser,
  config: TrainConfig,
  parameters: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Tensor>>,
): LossResult {
  const input = (name: string): Tensor => inputs[name]!;
  const labels = (keep: string): { classes?: Tensor } => {
    if (denoiser.classes === 0) return {};
    const kept = reshape(input(keep), [-1, 1]);
    return { classes: mul(oneHot(input('labels'), denoiser.classes), kept) };
  };
  return trainingLoss(
    denoiser,
    parameters,
    {
      image: input('image'),
      noise: inputs.noise ?? randomNormal(input('noiseKeys'), denoiser.imageShape),
      alpha: input('alpha'),
      sigma: input('sigma'),
      timeFeatures: input('timeFeatures'),
      dropoutKeys: input('dropoutKeysSecond'),
      ...labels('labelKeepSecond'),
      ...(config.selfConditioning.rate > 0 && {
        first: {
          mask: input('selfConditioningMask'),
          dropoutKeys: input('dropoutKeysFirst'),
          ...labels('labelKeepFirst'),
        },
      }),
    },
    config,
  );
}

function flatGradient({ layout }: Denoiser, loss: Tensor, parameters: Readonly<Record<string, Tensor>>): Tensor {
  const gradients = grad(loss, parameters);
  return pack(
    layout.segments.map(({ name }) => gradients[name]!),
    layout.segments,
    layout.size,
  );
}

function optimize(
  denoiser: Denoiser,
  config: TrainConfig,
  state: Readonly<Record<string, unknown>>,
  gradient: Tensor,
  scalars: Readonly<Record<(typeof stepScalarNames)[number], Tensor>>,
): { assigns: Record<TrainStateName, Tensor>; gradientNorm: Tensor } {
  const { exclude, name, ...options } = config.optimizer;
  const vector = (which: TrainStateName): Tensor => flat(denoiser, state, which).flat;
  const gradientNorm = sqrt(sum(square(gradient)));
  const before: OptimizerState = {
    weights: vector('params'),
    gradients: clip(gradient, gradientNorm, config.gradientClip),
    firstMoment: vector('firstMoment'),
    secondMoment: vector('secondMoment'),
    average: vector('ema'),
  };
  const excluded = (tensor: string): boolean => exclude.some((ending) => tensor.endsWith(ending));
  const after = scope('optimizer', () =>
    (name === 'lamb' ? lamb : adamw)(denoiser.layout, before, scalars, { ...options, exclude: excluded }),
  );
  const { average, firstMoment, secondMoment, weights } = after;
  return { assigns: { params: weights, firstMoment, secondMoment, ema: average }, gradientNorm };
}

/** The gradient scaled to norm `limit` where it is longer. Pascanu et al. 2013. */
function clip(gradient: Tensor, norm: Tensor, limit: number | null): Tensor {
  if (limit === null) return gradient;
  return mul(gradient, where(greater(norm, limit), div(limit, norm), 1));
}
