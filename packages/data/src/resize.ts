import type { FloatImage } from './raster';

/** `bicubic` is antialiased (Keys, a = -1/2); `area` averages the pixels that an output pixel covers. */
export type ResizeMethod = 'bicubic' | 'area';

/**
 * Also the two ways without antialiasing, for networks that were trained on them: `bilinear` has half-pixel centres, as
 * `tf.image.resize(antialias=False)` of TensorFlow 2 and PyTorch's `interpolate(align_corners=False)`; `bilinear-tf1` is
 * `resize_bilinear` of TensorFlow 1, whose corners coincide at the top left.
 */
export type Resampling = ResizeMethod | 'bilinear' | 'bilinear-tf1';

/** For one output pixel: the first input pixel that counts and the weights from there on, which sum to 1. */
export interface Span {
  start: number;
  weights: Float64Array;
}

/** The cubic convolution kernel of Keys (1981) with a = -1/2; zero from |x| = 2 on. */
export function keysCubic(x: number): number {
  const d = Math.abs(x);
  if (d >= 2) return 0;
  if (d >= 1) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return (1.5 * d - 2.5) * d * d + 1;
}

function normalise(start: number, weights: number[]): Span {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { start, weights: Float64Array.from(weights, (weight) => weight / sum) };
}

/**
 * Half-pixel centres; when shrinking, the kernel is widened by the reduction factor, which is the antialiasing of
 * `tf.image.resize(antialias=True)`. Pixels outside the image are left out and the weights normalised.
 */
function bicubicSpan(output: number, from: number, to: number): Span {
  const scale = from / to;
  const kernelScale = Math.max(scale, 1);
  const centre = (output + 0.5) * scale;
  const start = Math.max(0, Math.ceil(centre - 2 * kernelScale - 0.5));
  const end = Math.min(from - 1, Math.floor(centre + 2 * kernelScale - 0.5));
  const weights: number[] = [];
  for (let i = start; i <= end; i++) weights.push(keysCubic((i + 0.5 - centre) / kernelScale));
  return normalise(start, weights);
}

/** Each input pixel weighs as much as the output pixel covers of it. */
function areaSpan(output: number, from: number, to: number): Span {
  // The edges are integers over `to`: multiplied out, coverage is exact.
  const low = output * from;
  const high = low + from;
  const start = Math.floor(low / to);
  const end = Math.ceil(high / to) - 1;
  const weights: number[] = [];
  for (let i = start; i <= end; i++) weights.push(Math.min(high, (i + 1) * to) - Math.max(low, i * to));
  return normalise(start, weights);
}

/** The two input pixels around a place, which is measured in pixels from the centre of the first. */
function linearSpan(place: number, from: number): Span {
  const inside = Math.min(Math.max(place, 0), from - 1);
  const start = Math.floor(inside);
  const share = inside - start;
  return { start, weights: share === 0 ? Float64Array.of(1) : Float64Array.of(1 - share, share) };
}

const spanOf: Readonly<Record<Resampling, (output: number, from: number, to: number) => Span>> = {
  bicubic: bicubicSpan,
  area: areaSpan,
  bilinear: (output, from, to) => linearSpan(((output + 0.5) * from) / to - 0.5, from),
  'bilinear-tf1': (output, from, to) => linearSpan((output * from) / to, from),
};

/** The weights of one axis, for each of `to` output pixels. */
function resizeSpans(from: number, to: number, method: Resampling): Span[] {
  return Array.from({ length: to }, (_, output) => spanOf[method](output, from, to));
}

/** Resamples one axis of data seen as [outer, from, inner]; sums are of doubles. */
function resizeAxis(data: Float32Array, outer: number, from: number, inner: number, spans: Span[]): Float32Array {
  const to = spans.length;
  const out = new Float32Array(outer * to * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let t = 0; t < to; t++) {
      const { start, weights } = spans[t]!;
      const base = (o * from + start) * inner;
      for (let i = base; i < base + inner; i++) {
        let sum = 0;
        for (let w = 0, from = i; w < weights.length; w++, from += inner) sum += weights[w]! * data[from]!;
        out[at++] = sum;
      }
    }
  }
  return out;
}

/** Images of one size and any number of channels, in row-major [count, height, width, channels] order. */
export interface FloatImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

function checkExtents(...extents: readonly number[]): void {
  for (const extent of extents) {
    if (!Number.isSafeInteger(extent) || extent < 1)
      throw new RangeError(`image size ${extent} is not a whole number >= 1`);
  }
}

/**
 * Resizes float images, each axis by its own factor. Nothing is clamped: bicubic may overshoot [0, 1], as in the
 * paper's pipeline. Plain arithmetic, so Node and browsers give the same numbers. The same size gives a copy.
 * @returns [count, height, width, channels]
 * @throws RangeError for a size that is not a whole number >= 1
 */
export function resizeAll(images: FloatImages, width: number, height: number, method: Resampling): Float32Array {
  checkExtents(width, height);
  const { channels, count, data } = images;
  if (width === images.width && height === images.height) return data.slice();
  const rows = resizeSpans(images.height, height, method);
  const tall = resizeAxis(data, count, images.height, images.width * channels, rows);
  return resizeAxis(tall, count * height, images.width, channels, resizeSpans(images.width, width, method));
}

/** One image, as {@link resizeAll} does it. @throws RangeError for a size that is not a whole number >= 1 */
export function resize(image: FloatImage, width: number, height: number, method: Resampling): FloatImage {
  const { channels } = image;
  return { width, height, channels, data: resizeAll({ ...image, count: 1 }, width, height, method) };
}
