/** Fourier transforms of one length, in place. */
export interface Fourier {
  readonly length: number;
  /**
   * X[k] = Σ x[n] exp(−2πi kn / length), in place and without a factor. The inverse is the same with `re` and `im`
   * exchanged, over `length`.
   */
  transform(re: Float64Array, im: Float64Array): void;
}

/**
 * Radix-2 transforms (Cooley and Tukey 1965), with tables made once. Libraries that are kept up transform real audio
 * only; this is all that is needed of one.
 * @throws RangeError for a length that is no power of two
 */
export function createFourier(length: number): Fourier {
  if (!Number.isSafeInteger(length) || length < 1 || 2 ** Math.round(Math.log2(length)) !== length)
    throw new RangeError(`Fourier transform of ${length} values: expected a power of two`);
  const cos = Float64Array.from({ length: length / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / length));
  const sin = Float64Array.from({ length: length / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / length));
  const reversed = new Uint32Array(length);
  for (let i = 1; i < length; i++) reversed[i] = reversed[i >> 1]! / 2 + (i & 1) * (length / 2);
  return {
    length,
    transform(re, im) {
      for (let i = 0; i < length; i++) {
        const j = reversed[i]!;
        if (j <= i) continue;
        const a = re[i]!;
        const b = im[i]!;
        re[i] = re[j]!;
        im[i] = im[j]!;
        re[j] = a;
        im[j] = b;
      }
      for (let half = 1; half < length; half *= 2) {
        const step = length / 2 / half;
        for (let start = 0; start < length; start += 2 * half) {
          for (let i = start, w = 0; i < start + half; i++, w += step) {
            const c = cos[w]!;
            const s = sin[w]!;
            const j = i + half;
            const a = re[j]! * c + im[j]! * s;
            const b = im[j]! * c - re[j]! * s;
            re[j] = re[i]! - a;
            im[j] = im[i]! - b;
            re[i]! += a;
            im[i]! += b;
          }
        }
      }
    },
  };
}
