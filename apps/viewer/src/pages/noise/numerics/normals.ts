import { hash32 } from '@noisesmith/data';
import type { Planes } from './planes';
import { halvings, type Size, sizes } from './sizes';

/** Uniform 32-bit whole numbers: xoshiro128** of Blackman and Vigna (2018), from a state that is not all zero. */
export function xoshiro(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}

/** The numbers that belong to a seed. */
export const createBits = (seed: number) => xoshiro(hash32(seed, 0), hash32(seed, 1), hash32(seed, 2), hash32(seed, 3));

/** Independent standard normals, by the polar method of Marsaglia and Bray (1964). */
export function fillNormals(target: Float32Array, seed: number): void {
  const bits = createBits(seed);
  for (let i = 0; i < target.length; ) {
    const u = bits() / 2 ** 31 - 1;
    const v = bits() / 2 ** 31 - 1;
    const square = u * u + v * v;
    if (square >= 1 || square === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    target[i++] = u * factor;
    if (i < target.length) target[i++] = v * factor;
  }
}

/**
 * Noise for every size, smallest first: at each, independent standard normals, one for each pixel and channel. The noise
 * of a size is the mean of 2 × 2 values of the next larger one, times 2, which again makes independent standard
 * normals. So the panels share one draw: seen from afar, the noise of a large one is that of the small one, only weaker.
 */
export function noiseSizes(seed: number): Map<Size, Planes> {
  const side = sizes[sizes.length - 1]!;
  const plane = (k: number) => {
    const values = new Float32Array(side * side);
    fillNormals(values, hash32(seed, k));
    return values;
  };
  return halvings({ side, planes: [plane(0), plane(1), plane(2)] }, 1 / 2);
}
