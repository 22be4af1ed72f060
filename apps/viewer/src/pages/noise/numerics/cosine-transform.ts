import { createFourier } from './fft';

/**
 * The orthonormal cosine transform (DCT-II) of square pictures, which is the Fourier transform of the picture mirrored
 * at its edges: no jump where the left edge meets the right one, so that edges of the frame do not look like detail.
 * Orthonormal, so energies stay (Parseval) and white noise stays white of the same variance.
 *
 * Coefficients lie as [horizontal frequency][vertical frequency], each 0 … side − 1, in half waves per side.
 */
export interface CosineTransform {
  readonly side: number;
  /** Pixels, row-major [side, side], become coefficients in place. */
  forward(plane: Float32Array): void;
  /** Coefficients become pixels in place. */
  inverse(plane: Float32Array): void;
}

/** Exchanges rows and columns of a square in place, block by block so that both stay in the cache. */
function transpose(plane: Float32Array, side: number): void {
  const block = 16;
  for (let top = 0; top < side; top += block) {
    for (let left = top; left < side; left += block) {
      const bottom = Math.min(top + block, side);
      const right = Math.min(left + block, side);
      for (let y = top; y < bottom; y++) {
        for (let x = Math.max(left, y + 1); x < right; x++) {
          const a = y * side + x;
          const b = x * side + y;
          const value = plane[a]!;
          plane[a] = plane[b]!;
          plane[b] = value;
        }
      }
    }
  }
}

/** Two real rows at a time as one complex one; the order of samples within is that of Makhoul (1980). */
function createRows(side: number) {
  const fourier = createFourier(side);
  const re = new Float64Array(side);
  const im = new Float64Array(side);
  // exp(−iπk / 2 side), times the factor that makes the transform orthonormal.
  const scale = (k: number) => Math.sqrt((k === 0 ? 1 : 2) / side);
  const cos = Float64Array.from({ length: side }, (_, k) => Math.cos((Math.PI * k) / (2 * side)) * scale(k));
  const sin = Float64Array.from({ length: side }, (_, k) => Math.sin((Math.PI * k) / (2 * side)) * scale(k));
  const place = Uint32Array.from({ length: side }, (_, n) => (n % 2 === 0 ? n / 2 : side - (n + 1) / 2));

  const forward = (plane: Float32Array, a: number, b: number) => {
    for (let n = 0; n < side; n++) {
      re[place[n]!] = plane[a + n]!;
      im[place[n]!] = plane[b + n]!;
    }
    fourier.transform(re, im);
    for (let k = 0; k < side; k++) {
      const mirror = k === 0 ? 0 : side - k;
      const c = cos[k]!;
      const s = sin[k]!;
      plane[a + k] = ((re[k]! + re[mirror]!) * c + (im[k]! - im[mirror]!) * s) / 2;
      plane[b + k] = ((im[k]! + im[mirror]!) * c - (re[k]! - re[mirror]!) * s) / 2;
    }
  };

  const inverse = (plane: Float32Array, a: number, b: number) => {
    // The spectrum of either row is exp(iπk / 2 side) (C[k] − i C[side − k]); here that of a plus i times that of b.
    re[0] = plane[a]! * cos[0]! * side;
    im[0] = plane[b]! * cos[0]! * side;
    for (let k = 1; k < side; k++) {
      const c = (cos[k]! * side) / 2;
      const s = (sin[k]! * side) / 2;
      const even = plane[a + k]! + plane[b + side - k]!;
      const odd = plane[b + k]! - plane[a + side - k]!;
      re[k] = even * c - odd * s;
      im[k] = odd * c + even * s;
    }
    fourier.transform(im, re);
    for (let n = 0; n < side; n++) {
      plane[a + n] = re[place[n]!]! / side;
      plane[b + n] = im[place[n]!]! / side;
    }
  };

  const overPairs = (row: typeof forward) => (plane: Float32Array) => {
    for (let y = 0; y < side; y += 2) row(plane, y * side, (y + 1) * side);
  };
  return { forward: overPairs(forward), inverse: overPairs(inverse) };
}

/** @throws RangeError for a side that is no power of two from 2 on */
export function createCosineTransform(side: number): CosineTransform {
  if (side < 2) throw new RangeError(`cosine transform of ${side} pixels: expected a power of two from 2 on`);
  const rows = createRows(side);
  return {
    side,
    forward(plane) {
      rows.forward(plane);
      transpose(plane, side);
      rows.forward(plane);
    },
    inverse(plane) {
      rows.inverse(plane);
      transpose(plane, side);
      rows.inverse(plane);
    },
  };
}
