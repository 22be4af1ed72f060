import { add, clamp, div, mul, sub, Tensor, type TensorLike } from '@noisesmith/tensor';

/** What the network's output stands for: the noise, the clean image (scaled by b), or v = √gamma·eps − √(1 − gamma)·x0. */
export const predictionTypes = ['eps', 'x0', 'v'] as const;
export type PredictionType = (typeof predictionTypes)[number];

/** Reads a prediction type. @throws RangeError that lists the known ones */
export function parsePredictionType(text: string): PredictionType {
  const found = predictionTypes.find((type) => type === text);
  if (!found) throw new RangeError(`prediction type '${text}': expected one of ${predictionTypes.join(', ')}`);
  return found;
}

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

/**
 * The estimate of x0 is linear in x_t and the output; these are the two numbers, in double precision. Where alpha is 0
 * ('eps' only) x_t holds nothing of x0: infinite.
 */
export function x0Coefficients(type: PredictionType, { alpha, sigma }: SignalAndNoise): X0Coefficients {
  switch (type) {
    case 'eps':
      return { x: 1 / alpha, output: -sigma / alpha };
    case 'x0':
      return { x: 0, output: 1 };
    case 'v':
      return { x: alpha, output: -sigma };
  }
}

/** Elementwise arithmetic, so that a conversion is written once and read on tensors and on numbers. */
interface Arithmetic<T> {
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
}

const numbers: Arithmetic<number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

const onTensors =
  (
    f: (a: Tensor, b: TensorLike) => Tensor,
    g: (a: TensorLike, b: Tensor) => Tensor,
    h: (a: number, b: number) => number,
  ) =>
  (a: TensorLike, b: TensorLike): TensorLike =>
    a instanceof Tensor ? f(a, b) : b instanceof Tensor ? g(a, b) : h(a, b);

const tensors: Arithmetic<TensorLike> = {
  add: onTensors(add, add, numbers.add),
  sub: onTensors(sub, sub, numbers.sub),
  mul: onTensors(mul, mul, numbers.mul),
  div: onTensors(div, div, numbers.div),
};

function estimateX0<T>(m: Arithmetic<T>, type: PredictionType, output: T, x: T, at: SignalAndNoise<T>): T {
  switch (type) {
    case 'eps':
      return m.div(m.sub(x, m.mul(at.sigma, output)), at.alpha);
    case 'x0':
      return output;
    case 'v':
      return m.sub(m.mul(at.alpha, x), m.mul(at.sigma, output));
  }
}

function estimateEpsilon<T>(m: Arithmetic<T>, type: PredictionType, output: T, x: T, at: SignalAndNoise<T>): T {
  switch (type) {
    case 'eps':
      return output;
    case 'x0':
      return m.div(m.sub(x, m.mul(at.alpha, output)), at.sigma);
    case 'v':
      return m.add(m.mul(at.sigma, x), m.mul(at.alpha, output));
  }
}

function target<T>(m: Arithmetic<T>, type: PredictionType, x0: T, epsilon: T, at: SignalAndNoise<T>): T {
  switch (type) {
    case 'eps':
      return epsilon;
    case 'x0':
      return x0;
    case 'v':
      return m.sub(m.mul(at.alpha, epsilon), m.mul(at.sigma, x0));
  }
}

/** Estimate of x0 (in [−b, b] space, not clipped) from the network's output at x_t, x un-normalised. Shape of x. */
export const predictedX0 = (type: PredictionType, output: Tensor, x: Tensor, at: SignalAndNoise<TensorLike>): Tensor =>
  estimateX0(tensors, type, output, x, at) as Tensor;

/** Estimate of the noise from the network's output at x_t, x un-normalised. Shape of x. */
export const predictedEpsilon = (
  type: PredictionType,
  output: Tensor,
  x: Tensor,
  at: SignalAndNoise<TensorLike>,
): Tensor => estimateEpsilon(tensors, type, output, x, at) as Tensor;

/** What a network that predicts `type` should say: eps, x0 or v. Shape of x0. */
export const predictionTarget = (
  type: PredictionType,
  x0: Tensor,
  epsilon: Tensor,
  at: SignalAndNoise<TensorLike>,
): Tensor => target(tensors, type, x0, epsilon, at) as Tensor;

/** {@link predictedX0} of one element, in double precision. */
export const predictedX0Number = (type: PredictionType, output: number, x: number, at: SignalAndNoise): number =>
  estimateX0(numbers, type, output, x, at);

/** {@link predictedEpsilon} of one element, in double precision. */
export const predictedEpsilonNumber = (type: PredictionType, output: number, x: number, at: SignalAndNoise): number =>
  estimateEpsilon(numbers, type, output, x, at);

/** {@link predictionTarget} of one element, in double precision. */
export const predictionTargetNumber = (type: PredictionType, x0: number, epsilon: number, at: SignalAndNoise): number =>
  target(numbers, type, x0, epsilon, at);

/** x0 held inside [−b, b], where scaled images live. */
export const clipX0 = (x0: Tensor, inputScale: number): Tensor => clamp(x0, -inputScale, inputScale);
