/** Windows over images [batch, height, width, channels], and the way back from windows to the image. */
import { printShape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { windowCount } from '../ir/view';
import { expectWhole } from './check';
import { dilate } from './dilate';
import { pad, reshape, slice, window } from './view';

/** [height, width], or one number for both. */
export type Pair = number | readonly [height: number, width: number];

/**
 * What is around an image: nothing ('valid'); as much as makes ⌈n/stride⌉ windows of n elements, the odd one behind, as
 * TensorFlow does ('same'); or [[top, bottom], [left, right]].
 */
export type Padding = 'same' | 'valid' | readonly [readonly [number, number], readonly [number, number]];

export interface SpatialOptions {
  /** From window to window; 1 unless given. */
  readonly stride?: Pair;
  /** 'valid' unless given. */
  readonly padding?: Padding;
}

type Two = readonly [number, number];

/** Windows of an image, each number for height and width. */
export interface Windows {
  readonly size: Two;
  readonly stride: Two;
  readonly before: Two;
  readonly after: Two;
}

const AXES = ['height', 'width'] as const;
const both = (f: (axis: 0 | 1) => number): Two => [f(0), f(1)];

function pairOf(op: string, name: string, given: Pair): Two {
  const pair: readonly number[] = typeof given === 'number' ? [given, given] : given;
  if (pair.length !== 2) throw new RangeError(`${op}: the ${name} [${pair}] has ${pair.length} numbers, expected 2`);
  for (const n of pair) expectWhole(op, `the ${name}`, n, 1);
  return pair as Two;
}

/** @throws RangeError unless x has four axes */
export function expectImages(op: string, x: Tensor): void {
  if (x.rank === 4) return;
  throw new RangeError(`${op}: x is ${printShape(x.shape)}, expected [batch, height, width, channels]`);
}

/** @throws RangeError where the image with what is around it is smaller than a window, naming the axis */
export function windowsOf(op: string, x: Tensor, given: Pair, options: SpatialOptions): Windows {
  const size = pairOf(op, 'size', given);
  const stride = pairOf(op, 'stride', options.stride ?? 1);
  const length = both((axis) => x.shape[axis + 1]!);
  const { padding = 'valid' } = options;
  const around = AXES.map((_, axis) => {
    const [n, k, s] = [length[axis]!, size[axis]!, stride[axis]!];
    if (padding === 'valid') return [0, 0] as const;
    if (padding === 'same') {
      const total = Math.max((Math.ceil(n / s) - 1) * s + k - n, 0);
      return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
    }
    return paddingOf(op, padding, axis);
  });
  const windows: Windows = {
    size,
    stride,
    before: both((axis) => around[axis]![0]),
    after: both((axis) => around[axis]![1]),
  };
  AXES.forEach((axis, i) => {
    const room = length[i]! + windows.before[i]! + windows.after[i]!;
    if (size[i]! > room) {
      throw new RangeError(`${op}: a window has ${axis} ${size[i]}, the image with its padding only ${room}`);
    }
  });
  return windows;
}

function paddingOf(op: string, padding: Padding, axis: number): Two {
  const sides: unknown = padding[axis];
  if (typeof padding === 'string' || padding.length !== 2 || !Array.isArray(sides) || sides.length !== 2) {
    throw new RangeError(
      `${op}: the padding is ${JSON.stringify(padding)}, expected 'same', 'valid' or [[top, bottom], [left, right]]`,
    );
  }
  for (const n of sides) expectWhole(op, `the padding ${JSON.stringify(padding)}`, n as number, 0);
  return sides as unknown as Two;
}

/** x [b, h, w, c], `value` around it → [b, h', kh, w', kw, c]: a view. */
export function windowed(x: Tensor, { size, stride, before, after }: Windows, value = 0): Tensor {
  const padded = pad(x, [0, ...before, 0], [0, ...after, 0], value);
  return windowedAxis(windowedAxis(padded, 2, size[1], stride[1]), 1, size[0], stride[0]);
}

function windowedAxis(x: Tensor, axis: number, size: number, stride: number): Tensor {
  if (size > 1) return window(x, axis, size, stride);
  const count = windowCount(x.shape[axis]!, 1, stride);
  const step = x.shape.map((_, i) => (i === axis ? stride : 1));
  const zeros = x.shape.map(() => 0);
  const picked = slice(
    x,
    zeros,
    x.shape.map((n, i) => (i === axis ? count : n)),
    step,
  );
  return reshape(picked, [...x.shape.slice(0, axis), count, 1, ...x.shape.slice(axis + 1)]);
}

/**
 * The windows that each element of an image [b, h, w, c] lies in: from d [b, h', w', c], a number for each window, comes
 * [b, h, kh, w, kw, c], where tap i of an element is the window in which it is number k − 1 − i; zero where there is none.
 * A convolution of these with the flipped kernel is the adjoint of a convolution (Dumoulin & Visin 2016, §4.5).
 */
export function windowsAround(d: Tensor, { size, stride, before }: Windows, height: number, width: number): Tensor {
  return windowed(aroundWindows(d, { size, stride, before }, height, width), unitStride(size));
}

/** d, dilated and padded: [b, h + kh − 1, w + kw − 1, c], such that windows of stride 1 over it are one for each element. */
export function aroundWindows(
  d: Tensor,
  { size, stride, before }: Pick<Windows, 'size' | 'stride' | 'before'>,
  height: number,
  width: number,
): Tensor {
  const spaced = dilate(d, [1, ...stride, 1]);
  const length = [height, width];
  const front = both((axis) => size[axis] - 1 - before[axis]);
  const back = both((axis) => length[axis]! + before[axis] - spaced.shape[axis + 1]!);
  const positive = (pair: Two): Two => both((axis) => Math.max(0, pair[axis]));
  const padded = pad(spaced, [0, ...positive(front), 0], [0, ...positive(back), 0]);
  const [b, , , c] = padded.shape as [number, number, number, number];
  const start = both((axis) => Math.max(0, -front[axis]));
  return slice(padded, [0, ...start, 0], [b, height + size[0] - 1, width + size[1] - 1, c]);
}

export const unitStride = (size: Two): Windows => ({ size, stride: [1, 1], before: [0, 0], after: [0, 0] });
