import { broadcastShapes, normalizeAxis, printShape, type Shape, sameShape, sizeOf } from '../ir/shape';
import { makeView, type Segment, Tensor } from '../ir/tensor';
import { checkReshape } from '../ir/view';

/** The same elements in row-major order under another shape; one axis may be −1 and is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((a, n) => (n === -1 ? a : a * n), 1);
  const full = shape.map((n) => (n === -1 ? x.size / known : n));
  checkReshape(x.shape, full);
  return sameShape(full, x.shape) ? x : makeView(x, { kind: 'reshape', shape: full });
}

/** Axis i of the result is axis order[i] of x. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const axes = order.map((axis) => normalizeAxis(axis, x.rank));
  if (new Set(axes).size !== x.rank) throw new RangeError(`permute: order [${order}] of a tensor of rank ${x.rank}`);
  return axes.every((axis, i) => axis === i) ? x : makeView(x, { kind: 'permute', order: axes });
}

/** Swaps the last two axes. */
export function transpose(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return permute(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** x stretched to `shape` by NumPy's rule. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes(x.shape, shape), shape)) {
    throw new RangeError(`broadcastTo: ${printShape(x.shape)} does not stretch to ${printShape(shape)}`);
  }
  const padded = [...new Array<number>(shape.length - x.rank).fill(1), ...x.shape];
  const aligned = reshape(x, padded);
  return sameShape(padded, shape) ? aligned : makeView(aligned, { kind: 'broadcast', shape });
}

/** `size` elements along each axis from `start`, every `step`-th. */
export function slice(x: Tensor, start: Shape, size: Shape, step: Shape = x.shape.map(() => 1)): Tensor {
  x.shape.forEach((n, i) => {
    const last = start[i]! + (size[i]! - 1) * step[i]!;
    if (start[i]! < 0 || size[i]! < 1 || step[i]! < 1 || !(last < n)) {
      throw new RangeError(
        `slice: start ${start[i]}, size ${size[i]}, step ${step[i]} on axis ${i} of ${printShape(x.shape)}`,
      );
    }
  });
  return sameShape(size, x.shape) ? x : makeView(x, { kind: 'slice', start, size, step });
}

/** Elements [from, from + count) along one axis. */
export function narrow(x: Tensor, axis: number, from: number, count: number): Tensor {
  const a = normalizeAxis(axis, x.rank);
  return slice(
    x,
    x.shape.map((_, i) => (i === a ? from : 0)),
    x.shape.map((n, i) => (i === a ? count : n)),
  );
}

/** Zeros around x. */
export function pad(x: Tensor, before: Shape, after: Shape): Tensor {
  if ([...before, ...after].every((n) => n === 0)) return x;
  if ([...before, ...after].some((n) => n < 0)) throw new RangeError(`pad: negative amount [${before}] [${after}]`);
  return makeView(x, { kind: 'pad', before, after });
}

/** Overlapping windows along `axis`, which becomes two axes [count, size]. */
export function window(x: Tensor, axis: number, size: number, stride = 1): Tensor {
  const a = normalizeAxis(axis, x.rank);
  if (size > x.shape[a]!) throw new RangeError(`window: size ${size} on axis ${axis} of ${printShape(x.shape)}`);
  return makeView(x, { kind: 'window', axis: a, size, stride });
}

/** Joins tensors along `axis`; the other axes must agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const first = xs[0];
  if (!first) throw new RangeError('concat of no tensors');
  const a = normalizeAxis(axis, first.rank);
  for (const x of xs) {
    if (x.rank !== first.rank || x.dtype !== first.dtype || x.shape.some((n, i) => i !== a && n !== first.shape[i])) {
      throw new RangeError(`concat on axis ${a}: ${printShape(first.shape)} and ${printShape(x.shape)} do not match`);
    }
  }
  if (xs.length === 1) return first;
  const total = xs.reduce((sum, x) => sum + x.shape[a]!, 0);
  return new Tensor(
    { kind: 'concat', axis: a, xs },
    first.shape.map((n, i) => (i === a ? total : n)),
    first.dtype,
  );
}

/** Tensors laid into one flat f32 vector of `size` elements, zero between the segments. */
export function pack(xs: readonly Tensor[], segments: readonly Segment[], size: number): Tensor {
  xs.forEach((x, i) => {
    if (sizeOf(x.shape) !== segments[i]!.size) {
      throw new RangeError(`pack: tensor ${i} has ${x.size} elements, its segment ${segments[i]!.size}`);
    }
  });
  return new Tensor({ kind: 'pack', segments, xs }, [size], 'f32');
}
