import { broadcastShapes, normalizeAxis, printShape, type Shape, sameShape } from '../ir/shape';
import { makeView, type Segment, Tensor } from '../ir/tensor';
import { checkReshape } from '../ir/view';
import { expectPerAxis, expectRank, expectType, expectWhole } from './check';

/** The same elements in row-major order under another shape; one axis may be −1 and is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  for (const n of shape) if (n !== -1) expectWhole('reshape', `an axis of [${shape.join(', ')}]`, n, 1);
  if (shape.filter((n) => n === -1).length > 1)
    throw new RangeError(`reshape: [${shape.join(', ')}] has more than one -1`);
  const known = shape.reduce((a, n) => (n === -1 ? a : a * n), 1);
  if (shape.includes(-1) && x.size % known !== 0) {
    throw new RangeError(
      `reshape: ${printShape(x.shape)} has ${x.size} elements, which [${shape.join(', ')}] cannot hold`,
    );
  }
  const full = shape.map((n) => (n === -1 ? x.size / known : n));
  checkReshape(x.shape, full);
  return sameShape(full, x.shape) ? x : makeView(x, { kind: 'reshape', shape: full });
}

/** Axis i of the result is axis order[i] of x. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const axes = order.map((axis) => normalizeAxis(axis, x.rank, 'permute: axis'));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank)
    throw new RangeError(`permute: order [${order}] of a tensor of rank ${x.rank}`);
  return axes.every((axis, i) => axis === i) ? x : makeView(x, { kind: 'permute', order: axes });
}

/** Swaps the last two axes. */
export function transpose(x: Tensor): Tensor {
  expectRank('transpose', 'x', x, 2);
  const axes = x.shape.map((_, i) => i);
  return permute(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/**
 * x, kept in memory: what reads the result loads it, where a value that is cheap or read once is else computed inside its
 * reader. For a value that several kernels read, such as one padded for two convolutions. Gradients pass as through x.
 */
export const stored = (x: Tensor): Tensor => new Tensor({ kind: 'stored', x }, x.shape, x.dtype);

/** x stretched to `shape` by NumPy's rule. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  for (const n of shape) expectWhole('broadcastTo', `an axis of [${shape.join(', ')}]`, n, 1);
  if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape)) {
    throw new RangeError(`broadcastTo: ${printShape(x.shape)} does not stretch to ${printShape(shape)}`);
  }
  const padded = [...new Array<number>(shape.length - x.rank).fill(1), ...x.shape];
  const aligned = reshape(x, padded);
  return sameShape(padded, shape) ? aligned : makeView(aligned, { kind: 'broadcast', shape });
}

/** `size` elements along each axis from `start`, every `step`-th. */
export function slice(x: Tensor, start: Shape, size: Shape, step: Shape = x.shape.map(() => 1)): Tensor {
  expectPerAxis('slice', x, { start, size, step });
  x.shape.forEach((n, i) => {
    expectWhole('slice', `the start on axis ${i} of ${printShape(x.shape)}`, start[i]!, 0, n - 1);
    expectWhole('slice', `the step on axis ${i} of ${printShape(x.shape)}`, step[i]!, 1);
    const most = Math.floor((n - 1 - start[i]!) / step[i]!) + 1;
    expectWhole('slice', `the size on axis ${i} of ${printShape(x.shape)}`, size[i]!, 1, most);
  });
  return sameShape(size, x.shape) ? x : makeView(x, { kind: 'slice', start, size, step });
}

/** Elements [from, from + count) along one axis. */
export function narrow(x: Tensor, axis: number, from: number, count: number): Tensor {
  const a = normalizeAxis(axis, x.rank, 'narrow: axis');
  return slice(
    x,
    x.shape.map((_, i) => (i === a ? from : 0)),
    x.shape.map((n, i) => (i === a ? count : n)),
  );
}

/** The largest f32. */
const LARGEST = 3.4028234663852886e38;

/**
 * `value` around x, of its type: `before[i]` elements in front of axis i and `after[i]` behind. An f32 beyond the largest,
 * ±3.4028234663852886e38, becomes that; where values are stored as 16-bit floats it is ±65504, as any other.
 */
export function pad(x: Tensor, before: Shape, after: Shape, value = 0): Tensor {
  expectPerAxis('pad', x, { before, after });
  for (const n of [...before, ...after]) expectWhole('pad', `an amount of [${before}] [${after}]`, n, 0);
  if (x.dtype === 'u32') expectWhole('pad', 'the value of a u32', value, 0, 2 ** 32 - 1);
  else if (Number.isNaN(value)) throw new RangeError('pad: the value is NaN, expected a number');
  if ([...before, ...after].every((n) => n === 0)) return x;
  return makeView(x, { kind: 'pad', before, after, value: Math.min(LARGEST, Math.max(-LARGEST, value)) });
}

/** Overlapping windows along `axis`, which becomes two axes [count, size]. */
export function window(x: Tensor, axis: number, size: number, stride = 1): Tensor {
  const a = normalizeAxis(axis, x.rank, 'window: axis');
  expectWhole('window', `the size on axis ${axis} of ${printShape(x.shape)}`, size, 1, x.shape[a]);
  expectWhole('window', 'the stride', stride, 1);
  return makeView(x, { kind: 'window', axis: a, size, stride });
}

/** Joins tensors along `axis`; the other axes must agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const first = xs[0];
  if (!first) throw new RangeError('concat of no tensors');
  const a = normalizeAxis(axis, first.rank, 'concat: axis');
  xs.forEach((x, at) => {
    if (x.rank !== first.rank || x.dtype !== first.dtype || x.shape.some((n, i) => i !== a && n !== first.shape[i])) {
      const [is, expected] = [x, first].map((t) => `${t.dtype} ${printShape(t.shape)}`);
      throw new RangeError(`concat on axis ${a}: tensor ${at} is ${is}, which does not match ${expected} of tensor 0`);
    }
  });
  if (xs.length === 1) return first;
  const total = xs.reduce((sum, x) => sum + x.shape[a]!, 0);
  return new Tensor(
    { kind: 'concat', axis: a, xs },
    first.shape.map((n, i) => (i === a ? total : n)),
    first.dtype,
  );
}

/** f32 tensors laid into one flat vector of `size` elements, in segments that do not overlap; zero between those. */
export function pack(xs: readonly Tensor[], segments: readonly Segment[], size: number): Tensor {
  expectWhole('pack', 'the size', size, 1);
  if (xs.length !== segments.length) {
    throw new RangeError(`pack: ${xs.length} tensors for ${segments.length} segments`);
  }
  xs.forEach((x, i) => {
    expectType('pack', 'f32', { [`tensor ${i}`]: x });
    const { offset, size: own } = segments[i]!;
    if (x.size !== own) throw new RangeError(`pack: tensor ${i} has ${x.size} elements, its segment ${own}`);
    expectWhole('pack', `the offset of segment ${i}, of ${own} elements,`, offset, 0, size - own);
  });
  const order = segments.map((_, i) => i).sort((a, b) => segments[a]!.offset - segments[b]!.offset);
  order.slice(1).forEach((i, at) => {
    const before = segments[order[at]!]!;
    if (before.offset + before.size > segments[i]!.offset) {
      throw new RangeError(`pack: segments ${order[at]} and ${i} overlap at ${segments[i]!.offset}`);
    }
  });
  return new Tensor({ kind: 'pack', segments, xs }, [size], 'f32');
}
