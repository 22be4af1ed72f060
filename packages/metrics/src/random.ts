import { hash32, shuffledIndex } from '@noisesmith/data';
import { inverseNormal } from '@noisesmith/tensor';

/** What random numbers are drawn for: streams of one seed that share nothing. */
export const stream = {
  directions: 1,
  normalSamples: 2,
  kernelSubsets: 3,
  distanceSubsets: 4,
  projections: 5,
} as const;

/** Seed of a stream of a seed. */
const seedOf = (seed: number, purpose: number): number => hash32(seed, purpose);

/** Normal numbers first, first + 1, ... of a stream: number i is a function of seed, purpose and i. */
export function normals(seed: number, purpose: number, first: number, count: number): Float64Array {
  const base = seedOf(seed, purpose);
  return Float64Array.from({ length: count }, (_, i) => inverseNormal((hash32(base, first + i) + 0.5) / 2 ** 32));
}

/** `size` of the whole numbers below `count`, each at most once, in random order. */
export function subset(seed: number, purpose: number, index: number, size: number, count: number): Int32Array {
  const base = seedOf(seed, purpose);
  return Int32Array.from({ length: size }, (_, i) => shuffledIndex(base, index, i, count));
}
