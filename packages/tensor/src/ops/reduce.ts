import { normalizeAxis } from '../ir/shape';
import { type ReduceOp, Tensor } from '../ir/tensor';
import { expectType } from './check';
import { mul, square, sub } from './elementwise';
import { reshape } from './view';

export interface ReduceOptions {
  /** Keep the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

type Axes = number | readonly number[];

function reduce(op: ReduceOp, x: Tensor, axes: Axes | undefined, options: ReduceOptions = {}): Tensor {
  const list = axes === undefined ? x.shape.map((_, i) => i) : typeof axes === 'number' ? [axes] : axes;
  const chosen = [...new Set(list.map((axis) => normalizeAxis(axis, x.rank, `${op}: axis`)))].sort((a, b) => a - b);
  const kept = x.shape.filter((_, i) => !chosen.includes(i));
  const long = chosen.filter((axis) => x.shape[axis] !== 1);
  // Axes of length 1 have nothing to fold: they only leave the shape.
  const folded =
    long.length === 0 ? x : new Tensor({ kind: 'reduce', op, axes: long, x }, without(x.shape, long), x.dtype);
  return reshape(folded, options.keepDims ? x.shape.map((n, i) => (chosen.includes(i) ? 1 : n)) : kept);
}

const without = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.filter((_, i) => !axes.includes(i));

/** Sums of u32 are modulo 2³². */
export const sum = (x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor => reduce('sum', x, axes, options);
export const max = (x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor => reduce('max', x, axes, options);
export const min = (x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor => reduce('min', x, axes, options);

export function mean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  expectType('mean', 'f32', { x });
  const total = sum(x, axes, options);
  return mul(total, total.size / x.size);
}

/** Population variance: mean of squared distances from the mean, in two passes. */
export function variance(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  expectType('variance', 'f32', { x });
  const list = axes === undefined ? x.shape.map((_, i) => i) : axes;
  return mean(square(sub(x, mean(x, list, { keepDims: true }))), list, options);
}
