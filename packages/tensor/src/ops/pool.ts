import { call, type Definition } from '../ir/definition';
import type { Tensor } from '../ir/tensor';
import { arg, cast as castTerm, coord, type TermLike } from '../ir/term';
import { expectType } from './check';
import { add, cast, div, equal, mapTerm, maximum, minimum, mul, sub } from './elementwise';
import { max, sum } from './reduce';
import {
  expectImages,
  type Padding,
  type Pair,
  type SpatialOptions,
  type Windows,
  windowed,
  windowsAround,
  windowsOf,
} from './spatial';
import { reshape } from './view';

export interface PoolOptions {
  /** Of a window, [height, width]. */
  readonly size: Pair;
  /** From window to window; `size` unless given. */
  readonly stride?: Pair;
  /** 'valid' unless given. Less than `size` on each side, so that no window lies in the padding alone. */
  readonly padding?: Padding;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether what is padded counts as elements that are 0 (PyTorch's count_include_pad); else it counts as nothing. */
  readonly countPadding?: boolean;
}

const LOWEST = -3.4028234663852886e38;
const TAPS = [2, 4];

/** [b, h, w, c] beside windows [b, h, kh, w, kw, c]. */
const besideTaps = (x: Tensor): Tensor => {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  return reshape(x, [b, h, 1, w, 1, c]);
};

/** Argument x [b, h, w, c], result [b, h', w', c]. */
export const maxPoolDefinition: Definition<Windows> = {
  name: 'maxPool',
  expand: ([x], windows) => [max(windowed(x!, windows, LOWEST), TAPS)],
  // Equal extremes share the gradient, as those of max do; the derived one would store kh·kw times the activation.
  gradient({ xs, attributes: windows, results, upstream }) {
    const [x] = xs as [Tensor];
    const [y] = results as [Tensor];
    const [dy] = upstream;
    if (!dy) return [];
    const [, height, width] = x.shape as [number, number, number, number];
    const among = sum(cast(equal(windowed(x, windows, LOWEST), besideTaps(y)), 'f32'), TAPS);
    const around = (t: Tensor): Tensor => windowsAround(t, windows, height, width);
    const hit = cast(equal(besideTaps(x), around(y)), 'f32');
    return [sum(mul(hit, around(div(dy, among))), TAPS)];
  },
};

/** Argument x [b, h, w, c], result [b, h', w', c]. */
export const averagePoolDefinition: Definition<Windows & { countPadding: boolean }> = {
  name: 'averagePool',
  expand: ([x], windows) => [meanOf(sum(windowed(x!, windows), TAPS), x!, windows)],
  gradient({ xs, attributes: windows, upstream }) {
    const [x] = xs as [Tensor];
    const [dy] = upstream;
    if (!dy) return [];
    return [sum(windowsAround(meanOf(dy, x, windows), windows, x.shape[1]!, x.shape[2]!), TAPS)];
  },
};

/** Sums over windows [b, h', w', c], each divided by how many elements of x, or of x and its padding, the window has. */
function meanOf(sums: Tensor, x: Tensor, windows: Windows & { countPadding: boolean }): Tensor {
  const { size, stride, before, after, countPadding } = windows;
  const count = (axis: 0 | 1): TermLike => {
    if (countPadding || (before[axis] === 0 && after[axis] === 0)) return size[axis];
    const from = sub(mul(castTerm(coord(axis + 1), 'f32'), stride[axis]), before[axis]);
    return sub(minimum(add(from, size[axis]), x.shape[axis + 1]!), maximum(from, 0));
  };
  const [high, wide] = [count(0), count(1)];
  if (typeof high === 'number' && typeof wide === 'number') return mul(sums, 1 / (high * wide));
  return mapTerm('averagePool', div(arg(0), mul(high, wide)), [sums]);
}

function poolWindows(op: string, x: Tensor, { size, stride = size, padding }: PoolOptions): Windows {
  expectImages(op, x);
  expectType(op, 'f32', { x });
  const options: SpatialOptions = { stride, ...(padding !== undefined && { padding }) };
  const windows = windowsOf(op, x, size, options);
  for (const side of [windows.before, windows.after]) {
    side.forEach((n, axis) => {
      const most = windows.size[axis]!;
      if (n >= most) throw new RangeError(`${op}: the padding is ${n} where windows have ${most}, expected less`);
    });
  }
  return windows;
}

/**
 * The largest element of each window; padding counts as lower than any number. x [b, h, w, c] → [b, h', w', c], with
 * h' = ⌊(h + padding − size)/stride⌋ + 1. Equal extremes share the gradient.
 *
 * @throws RangeError for other shapes, and where a window is larger than the image with its padding
 */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  return call(maxPoolDefinition, [x], poolWindows('maxPool', x, options))[0]!;
}

/** The mean of each window, of the image's elements alone unless `countPadding`; else as {@link maxPool}. */
export function averagePool(x: Tensor, options: AveragePoolOptions): Tensor {
  const { countPadding = false } = options;
  const windows = poolWindows('averagePool', x, options);
  return call(averagePoolDefinition, [x], { ...windows, countPadding })[0]!;
}
