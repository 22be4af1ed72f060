export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
export const printShape = (shape: Shape): string => `[${shape.join(', ')}]`;
/** As names of kernels have it: `32x49x64`, and 1 for a scalar. */
export const printSizes = (shape: Shape): string => shape.join('x') || '1';
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** The shape both broadcast to (NumPy's rule: aligned at the last axis, 1 stretches). Throws naming both shapes. */
export function broadcastShapes(a: Shape, b: Shape, what = 'broadcast'): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`${what}: shapes ${printShape(a)} and ${printShape(b)} do not match on axis ${i - rank}`);
    }
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** An axis counted from the end when negative, checked against the rank. */
export function normalizeAxis(axis: number, rank: number, what = 'axis'): number {
  const a = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(a) || a < 0 || a >= rank)
    throw new RangeError(`${what} ${axis} is outside a tensor of rank ${rank}`);
  return a;
}
