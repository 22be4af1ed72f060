import { centreSquare, type FloatImage, type Raster, resize } from '@noisesmith/data';
import { halve, imageToPlanes, type Planes } from './planes';

/** The sides of the panels, in pixels, smallest first. */
export const sizes = [64, 128, 256, 512, 1024] as const;
export type Size = (typeof sizes)[number];

/** The smallest side, which the others are compared with. */
export const BASE = sizes[0];
const TOP = sizes[sizes.length - 1]!;

/**
 * The largest centred square of a decoded picture as floats 0 … 1. Of large pictures whole blocks of pixels are averaged
 * on the way, down to at least 1024 a side, so that a photograph of 50 megapixels needs no more memory than it has bytes.
 * Transparent pixels are white.
 */
export function squareOf({ width, height, channels, data }: Raster): FloatImage {
  const { left, top, side } = centreSquare(width, height);
  const block = Math.max(1, Math.floor(side / TOP));
  const out = Math.floor(side / block);
  const pixels = new Float32Array(out * out * 3);
  const factor = 1 / (255 * block * block);
  for (let y = 0, o = 0; y < out; y++) {
    for (let x = 0; x < out; x++, o += 3) {
      for (let dy = 0; dy < block; dy++) {
        let i = ((top + y * block + dy) * width + left + x * block) * channels;
        for (let dx = 0; dx < block; dx++, i += channels) {
          const alpha = channels === 4 ? data[i + 3]! / 255 : 1;
          for (let c = 0; c < 3; c++) {
            pixels[o + c]! += factor * ((channels === 1 ? data[i]! : data[i + c]!) * alpha + 255 * (1 - alpha));
          }
        }
      }
    }
  }
  return { width: out, height: out, channels: 3, data: pixels };
}

/** x0 of a picture at 1024 pixels a side: bicubic with antialiasing, as training resizes its images. */
export const topOf = (square: FloatImage): Planes => imageToPlanes(resize(square, TOP, TOP, 'bicubic'));

/** From the largest to every size, smallest first: each is the one above it with 2 × 2 pixels as one, times `factor`. */
export function halvings(top: Planes, factor: number): Map<Size, Planes> {
  const found = new Map<Size, Planes>();
  let current = top;
  for (const size of [...sizes].reverse()) {
    if (size !== top.side) current = halve(current, factor);
    found.set(size, current);
  }
  return new Map([...found].reverse());
}

/** A picture at every size, the mean of pixels above; so each is exactly what the larger ones look like from afar. */
export const pictureSizes = (top: Planes): Map<Size, Planes> => halvings(top, 1 / 4);
