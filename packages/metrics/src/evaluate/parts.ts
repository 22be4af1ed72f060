import { shuffledIndex } from '@noisesmith/data';

/** At most `most` of `count` images, drawn by a seed, in ascending order; all where there are no more. */
export function someIndices(count: number, most: number, seed: number): readonly number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, k) => (taken === count ? k : shuffledIndex(seed, 1, k, count))).sort(
    (a, b) => a - b,
  );
}

/**
 * In which of `parts` random parts of equal size an image lies; `parts` for the few that are left where they do not come
 * out even. Random, because neighbours in a folder or a draw may be of one class.
 */
export function partOf(index: number, count: number, parts: number, seed: number): number {
  if (parts === 1) return 0;
  const each = Math.floor(count / parts);
  if (each === 0) return parts;
  return Math.min(parts, Math.floor(shuffledIndex(seed, 0, index, count) / each));
}
