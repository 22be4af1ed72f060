import type { Shape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { narrow, pad, reshape } from './view';

/** Zeros between neighbours, so that they stand `step` apart along each axis: of n become (n − 1)·step + 1. */
export function dilate(x: Tensor, step: Shape): Tensor {
  let out = x;
  step.forEach((s, axis) => {
    if (s === 1 || out.shape[axis] === 1) return;
    const n = out.shape[axis]!;
    const split = reshape(out, [...out.shape.slice(0, axis), n, 1, ...out.shape.slice(axis + 1)]);
    const zeros = split.shape.map(() => 0);
    const padded = pad(
      split,
      zeros,
      zeros.map((z, i) => (i === axis + 1 ? s - 1 : z)),
    );
    const merged = reshape(padded, [...out.shape.slice(0, axis), n * s, ...out.shape.slice(axis + 1)]);
    out = narrow(merged, axis, 0, (n - 1) * s + 1);
  });
  return out;
}
