import { call, type Definition } from '../ir/definition';
import type { Layout } from '../ir/layout';
import type { Tensor } from '../ir/tensor';
import { expectShape, expectType, expectWhole } from './check';
import { add, div, greater, mul, sqrt, square, sub, where } from './elementwise';
import { sum } from './reduce';
import { pack, reshape, slice } from './view';

export interface OptimizerSegment {
  readonly offset: number;
  readonly size: number;
  /** Scale the step by the trust ratio ‖w‖/‖u‖. */
  readonly adapt: boolean;
  /** Apply weight decay. */
  readonly decay: boolean;
}

export interface LambAttributes {
  readonly segments: readonly OptimizerSegment[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/**
 * Arguments: flat weights w, gradients g, moments m and v, moving average a, all f32 [n]; then one-element tensors lr,
 * 1/(1 − β1ᵗ), 1/(1 − β2ᵗ) and the decay of the average. Results: w, m, v, a after the step.
 */
export const lambDefinition: Definition<LambAttributes> = {
  name: 'lamb',
  expand([w, g, m, v, a, lr, correction1, correction2, emaDecay], attributes) {
    const { segments, beta1, beta2, epsilon, weightDecay } = attributes;
    const m1 = add(mul(m!, beta1), mul(g!, 1 - beta1));
    const v1 = add(mul(v!, beta2), mul(square(g!), 1 - beta2));
    const adam = div(mul(m1, correction1!), add(sqrt(mul(v1, correction2!)), epsilon));
    const stepped = segments.map(({ offset, size, adapt, decay }) => {
      const part = (x: Tensor): Tensor => slice(x, [offset], [size]);
      const weight = part(w!);
      const update = decay && weightDecay !== 0 ? add(part(adam), mul(weight, weightDecay)) : part(adam);
      const step = mul(update, lr!);
      return sub(weight, adapt ? mul(step, trustRatio(weight, update)) : step);
    });
    const w1 = pack(stepped, segments, w!.size);
    return [w1, m1, v1, add(mul(a!, emaDecay!), mul(w1, sub(1, emaDecay!)))];
  },
};

/** ‖w‖/‖u‖, or 1 where either is 0. [] */
function trustRatio(weight: Tensor, update: Tensor): Tensor {
  const wNorm = sqrt(sum(square(weight)));
  const uNorm = sqrt(sum(square(update)));
  const both = mul(greater(wNorm, 0), greater(uNorm, 0));
  return where(both, div(wNorm, uNorm), 1);
}

export interface OptimizerState {
  /** Weights, gradients, first and second moments and moving average of the weights, each flat f32 [n]. */
  readonly weights: Tensor;
  readonly gradients: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
  readonly average: Tensor;
}

export interface OptimizerScalars {
  /** Each of one element: learning rate, 1/(1 − β1ᵗ), 1/(1 − β2ᵗ), decay of the moving average. */
  readonly learningRate: Tensor;
  readonly correction1: Tensor;
  readonly correction2: Tensor;
  readonly emaDecay: Tensor;
}

export interface OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Tensors that get neither weight decay nor trust ratio. */
  readonly exclude?: (name: string) => boolean;
}

export type Stepped = Pick<OptimizerState, 'weights' | 'firstMoment' | 'secondMoment' | 'average'>;

const one = (x: Tensor): Tensor => reshape(x, [1]);

function step(
  adapt: boolean,
  layout: Layout,
  state: OptimizerState,
  scalars: OptimizerScalars,
  options: OptimizerOptions,
): Stepped {
  const { exclude = () => false } = options;
  const name = adapt ? 'lamb' : 'adamw';
  expectShape(name, [layout.size], { ...state });
  expectType(name, 'f32', { ...state, ...scalars });
  for (const [given, x] of Object.entries(scalars)) expectWhole(name, `the size of ${given}`, x.size, 1, 1);
  const attributes: LambAttributes = {
    segments: layout.segments.map(({ name, offset, size }) => {
      const plain = exclude(name);
      return { offset, size, adapt: adapt && !plain, decay: !plain };
    }),
    beta1: options.beta1 ?? 0.9,
    beta2: options.beta2 ?? 0.999,
    epsilon: options.epsilon ?? 1e-8,
    weightDecay: options.weightDecay ?? 0.01,
  };
  const { weights, gradients, firstMoment, secondMoment, average } = state;
  const { learningRate, correction1, correction2, emaDecay } = scalars;
  const results = call(
    lambDefinition,
    [
      ...[weights, gradients, firstMoment, secondMoment, average],
      ...[learningRate, correction1, correction2, emaDecay].map(one),
    ],
    attributes,
  );
  return { weights: results[0]!, firstMoment: results[1]!, secondMoment: results[2]!, average: results[3]! };
}

/**
 * One LAMB step and the moving average, over flat vectors. Update u = m̂/(√v̂ + ε) + decay·w; per tensor
 * w ← w − lr·(‖w‖/‖u‖)·u. You et al. 2019, in the form of TensorFlow Addons: ε outside the root, no clamp of the ratio.
 */
export const lamb = (
  layout: Layout,
  state: OptimizerState,
  scalars: OptimizerScalars,
  options: OptimizerOptions = {},
): Stepped => step(true, layout, state, scalars, options);

/** One AdamW step and the moving average, over flat vectors: LAMB without the trust ratio. Loshchilov & Hutter 2019. */
export const adamw = (
  layout: Layout,
  state: OptimizerState,
  scalars: OptimizerScalars,
  options: OptimizerOptions = {},
): Stepped => step(false, layout, state, scalars, options);

/** Exponential moving average: decay·average + (1 − decay)·x. */
export const ema = (average: Tensor, x: Tensor, decay: Tensor): Tensor =>
  add(mul(average, decay), mul(x, sub(1, decay)));
