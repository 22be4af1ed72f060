import type { FloatImage } from './raster';

/** `bicubic` is antialiased (Keys, a = -1/2); `area` averages the pixels that an output pixel covers. */
export type ResizeMethod = 'bicubic' | 'area';

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

/** The weights of one axis, for each of `to` output pixels. */
export function resizeSpans(from: number, to: number, method: ResizeMethod): Span[] {
  const span = method === 'bicubic' ? bicubicSpan : areaSpan;
  return Array.from({ length: to }, (_, output) => span(output, from, to));
}

/** Resamples one axis of data seen as [outer, from, inner]. */
function resizeAxis(data: Float32Array, outer: number, from: number, inner: number, spans: Span[]): Float32Array {
  const to = spans.length;
  const out = new Float32Array(outer * to * inner);
  const row = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    for (let t = 0; t < to; t++) {
      const { start, weights } = spans[t]!;
      row.fill(0);
      for (let w = 0; w < weights.length; w++) {
        const weight = weights[w]!;
        const base = (o * from + start + w) * inner;
        for (let i = 0; i < inner; i++) row[i] = row[i]! + weight * data[base + i]!;
      }
      out.set(row, (o * to + t) * inner);
    }
  }
  return out;
}

/**
 * Resizes a float image, each axis by its own factor. Nothing is clamped: bicubic may overshoot [0, 1], as in the
 * paper's pipeline. Plain arithmetic, so Node and browsers give the same numbers. The same size gives a copy.
 * @throws RangeError for a size that is not a whole number >= 1
 */
export function resize(image: FloatImage, width: number, height: number, method: ResizeMethod): FloatImage {
  for (const extent of [width, height]) {
    if (!Number.isSafeInteger(extent) || extent < 1)
      throw new RangeError(`image size ${extent} is not a whole number >= 1`);
  }
  const { channels } = image;
  if (width === image.width && height === image.height) return { ...image, data: image.data.slice() };
  const tall = resizeAxis(
    image.data,
    1,
    image.height,
    image.width * channels,
    resizeSpans(image.height, height, method),
  );
  const data = resizeAxis(tall, height, image.width, channels, resizeSpans(image.width, width, method));
  return { width, height, channels, data };
}
