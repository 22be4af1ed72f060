import { add, clamp, div, mul, sub, type Tensor, type TensorLike } from '@noisesmith/tensor';

/** What the network's output stands for: the noise, the clean image (scaled by b), or v = √gamma·eps − √(1 − gamma)·x0. */
export const predictionTypes = ['eps', 'x0', 'v'] as const;
export type PredictionType = (typeof predictionTypes)[number];

/** √gamma and √(1 − gamma), as numbers or as tensors that broadcast. */
export interface SignalAndNoise<T = number> {
  readonly alpha: T;
  readonly sigma: T;
}

/** x0 = x·(coefficient of x_t) + output·(coefficient of the network's output). */
export interface X0Coefficients {
  readonly x: number;
  readonly output: number;
}

/** What the estimate of x0 is computed with: of images V by coefficients C, or of numbers. */
interface Arithmetic<V, C> {
  sub(a: V, b: V): V;
  scale(c: C, v: V): V;
  div(v: V, c: C): V;
}

const numbers: Arithmetic<number, number> = { sub: (a, b) => a - b, scale: (c, v) => c * v, div: (v, c) => v / c };
const tensors: Arithmetic<Tensor, TensorLike> = { sub, scale: mul, div };

function estimateX0<V, C>(
  m: Arithmetic<V, C>,
  type: PredictionType,
  output: V,
  x: V,
  { alpha, sigma }: SignalAndNoise<C>,
): V {
  switch (type) {
    case 'eps':
      return m.div(m.sub(x, m.scale(sigma, output)), alpha);
    case 'x0':
      return output;
    case 'v':
      return m.sub(m.scale(alpha, x), m.scale(sigma, output));
  }
}

/** Estimate of x0 (in [−b, b] space, not clipped) from the network's output at x_t, x un-normalised. Shape of x. */
export const predictedX0 = (type: PredictionType, output: Tensor, x: Tensor, at: SignalAndNoise<TensorLike>): Tensor =>
  estimateX0(tensors, type, output, x, at);

/**
 * The estimate of x0 is linear in x_t and the output; these are the two numbers, in double precision. Where alpha is 0
 * ('eps' only) x_t holds nothing of x0: infinite.
 */
export const x0Coefficients = (type: PredictionType, at: SignalAndNoise): X0Coefficients => ({
  x: estimateX0(numbers, type, 0, 1, at),
  output: estimateX0(numbers, type, 1, 0, at),
});

/** Estimate of the noise from the network's output at x_t, x un-normalised. Shape of x. */
export function predictedEpsilon(
  type: PredictionType,
  output: Tensor,
  x: Tensor,
  { alpha, sigma }: SignalAndNoise<TensorLike>,
): Tensor {
  switch (type) {
    case 'eps':
      return output;
    case 'x0':
      return div(sub(x, mul(alpha, output)), sigma);
    case 'v':
      return add(mul(sigma, x), mul(alpha, output));
  }
}

/** What a network that predicts `type` should say: eps, x0 or v. Shape of x0. */
export function predictionTarget(
  type: PredictionType,
  x0: Tensor,
  epsilon: Tensor,
  { alpha, sigma }: SignalAndNoise<TensorLike>,
): Tensor {
  switch (type) {
    case 'eps':
      return epsilon;
    case 'x0':
      return x0;
    case 'v':
      return sub(mul(alpha, epsilon), mul(sigma, x0));
  }
}

/** x0 held inside [−b, b], where scaled images live. */
export const clipX0 = (x0: Tensor, inputScale: number): Tensor => clamp(x0, -inputScale, inputScale);
