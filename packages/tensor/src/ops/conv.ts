import { call, type Definition } from '../ir/definition';
import { printShape, type Shape, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { expectType } from './check';
import { contract } from './contract';
import { literal, mul } from './elementwise';
import { gather } from './gather';
import { sum } from './reduce';
import {
  aroundWindows,
  expectImages,
  type SpatialOptions,
  unitStride,
  type Windows,
  windowed,
  windowsOf,
} from './spatial';
import { permute, reshape } from './view';

/** Arguments x [b, h, w, c], weight [kh, kw, c, o]; result [b, h', w', o]. */
export const conv2dDefinition: Definition<Windows> = {
  name: 'conv2d',
  expand: ([x, weight], windows) => [contracted(windowed(x!, windows), weight!, 'bykxlc', 'klco', 'byxo')],
  // The derived gradient would store, for the input, kh·kw times the activation.
  gradient({ xs, attributes: windows, upstream }) {
    const [x, weight] = xs as [Tensor, Tensor];
    const [dy] = upstream;
    if (!dy) return [];
    const { size } = windows;
    const around = aroundWindows(dy, windows, x.shape[1]!, x.shape[2]!);
    const turned = permute(flipped(weight), [0, 1, 3, 2]);
    const [dx] = call(conv2dDefinition, [around, turned], unitStride(size));
    return [dx, contracted(windowed(x, windows), dy, 'bykxlc', 'byxo', 'klco')];
  },
};

/** Arguments x [b, h, w, c], weight [kh, kw, c]; result [b, h', w', c]. */
export const depthwiseConv2dDefinition: Definition<Windows> = {
  name: 'depthwiseConv2d',
  expand([x, weight], windows) {
    const [kh, kw, c] = weight!.shape as [number, number, number];
    return [sum(mul(windowed(x!, windows), reshape(weight!, [1, 1, kh, 1, kw, c])), [2, 4])];
  },
  gradient({ xs, attributes: windows, upstream }) {
    const [x, weight] = xs as [Tensor, Tensor];
    const [dy] = upstream;
    if (!dy) return [];
    const [b, h, w, c] = dy.shape as [number, number, number, number];
    const around = aroundWindows(dy, windows, x.shape[1]!, x.shape[2]!);
    const [dx] = call(depthwiseConv2dDefinition, [around, flipped(weight)], unitStride(windows.size));
    const products = mul(windowed(x, windows), reshape(dy, [b, h, 1, w, 1, c]));
    return [dx, sum(products, [0, 1, 3])];
  },
};

/** A contraction whose axes k and l, of the taps, are left out where they have one element: what they part is one run then. */
function contracted(a: Tensor, b: Tensor, ofA: string, ofB: string, out: string): Tensor {
  const sizes = new Map([...ofA].map((l, i) => [l, a.shape[i]!]));
  [...ofB].forEach((l, i) => {
    sizes.set(l, b.shape[i]!);
  });
  const kept = (letters: string): string =>
    [...letters].filter((l) => !'kl'.includes(l) || sizes.get(l) !== 1).join('');
  const shape = (letters: string): Shape => [...letters].map((l) => sizes.get(l)!);
  const [keptA, keptB, keptOut] = [kept(ofA), kept(ofB), kept(out)];
  const spec = { a: keptA, b: keptB, out: keptOut };
  return reshape(contract(spec, reshape(a, shape(keptA)), reshape(b, shape(keptB)), 'conv2d'), shape(out));
}

/** A kernel [kh, kw, ...] with its taps in reverse order along both axes. */
function flipped(weight: Tensor): Tensor {
  const [kh, kw, ...rest] = weight.shape as [number, number, ...number[]];
  const taps = kh * kw;
  if (taps === 1) return weight;
  const reverse = literal(
    Uint32Array.from({ length: taps }, (_, i) => taps - 1 - i),
    [taps],
  );
  return reshape(gather(reshape(weight, [taps, sizeOf(rest)]), reverse), weight.shape);
}

function expectKernel(op: string, x: Tensor, weight: Tensor, axes: string): void {
  expectImages(op, x);
  expectType(op, 'f32', { x, weight });
  if (weight.rank !== axes.split(',').length) {
    throw new RangeError(`${op}: weight is ${printShape(weight.shape)}, expected [${axes}]`);
  }
  if (weight.shape[2] !== x.shape[3]) {
    throw new RangeError(
      `${op}: weight ${printShape(weight.shape)} is for ${weight.shape[2]} channels, x ${printShape(x.shape)} has ${x.shape[3]}`,
    );
  }
}

/**
 * Convolution of images, as networks have it: no flip. x [b, h, w, c], weight [kh, kw, c, o] → [b, h', w', o], with
 * h' = ⌊(h + padding − kh)/stride⌋ + 1. A bias and an activation are an add and a relu, which are computed along with it.
 *
 * @throws RangeError for other shapes, and where a window is larger than the image with its padding
 */
export function conv2d(x: Tensor, weight: Tensor, options: SpatialOptions = {}): Tensor {
  expectKernel('conv2d', x, weight, 'height, width, channels, outputs');
  const windows = windowsOf('conv2d', x, weight.shape.slice(0, 2) as [number, number], options);
  return call(conv2dDefinition, [x, weight], windows)[0]!;
}

/**
 * Each channel convolved with a kernel of its own. x [b, h, w, c], weight [kh, kw, c] → [b, h', w', c]; else as
 * {@link conv2d}.
 */
export function depthwiseConv2d(x: Tensor, weight: Tensor, options: SpatialOptions = {}): Tensor {
  expectKernel('depthwiseConv2d', x, weight, 'height, width, channels');
  const windows = windowsOf('depthwiseConv2d', x, weight.shape.slice(0, 2) as [number, number], options);
  return call(depthwiseConv2dDefinition, [x, weight], windows)[0]!;
}
