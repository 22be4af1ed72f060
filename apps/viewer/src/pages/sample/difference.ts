import type { ImageShape } from '../../model/trajectories';
import type { PicturePixels } from '../../ui/Picture.svelte';

/** No difference; the first is darker than the second, or lighter: the palette's blue and orange. */
const NONE = [246, 245, 243];
const DARKER = [0, 104, 168];
const LIGHTER = [198, 74, 0];

/** Pixels of an image as a picture; what lies outside [0, 1] is clipped. */
export const picture = (pixels: Float32Array, [height, width, channels]: ImageShape): PicturePixels => ({
  width,
  height,
  channels: channels as 1 | 3,
  data: pixels,
});

/**
 * The difference of two images, a − b: of one channel as blue (a is darker) and orange (a is lighter), of three in each
 * channel around grey. A difference of `full` or more has the full colour.
 */
export function differencePicture(
  a: Float32Array,
  b: Float32Array,
  [height, width, channels]: ImageShape,
  full = 1,
): PicturePixels {
  const data = new Uint8ClampedArray(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) {
      const from = i * channels + (channels === 1 ? 0 : c);
      const d = Math.max(-1, Math.min(1, (a[from]! - b[from]!) / full));
      const [zero, end] = [NONE[c]!, (d < 0 ? DARKER : LIGHTER)[c]!];
      data[3 * i + c] = channels === 1 ? zero + Math.abs(d) * (end - zero) : 127.5 * (1 + d);
    }
  }
  return { width, height, channels: 3, data };
}

/** The mean of |a − b| over all pixels, in shares of the way from black to white. */
export const meanDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
