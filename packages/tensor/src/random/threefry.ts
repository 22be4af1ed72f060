/** Rotation amounts of threefry2x32, in order of use. Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". */
export const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
export const KEY_PARITY = 0x1bd11bda;

export type Key = readonly [number, number];

/** threefry2x32 with 20 rounds: two u32 words from a key and a counter of two words each. Exact on every platform. */
export function threefry2x32(key: Key, counter: Key): [number, number] {
  const ks = [key[0], key[1], (key[0] ^ key[1] ^ KEY_PARITY) >>> 0];
  let x0 = (counter[0] + ks[0]!) >>> 0;
  let x1 = (counter[1] + ks[1]!) >>> 0;
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const r = ROTATIONS[(group % 2) * 4 + i]!;
      x0 = (x0 + x1) >>> 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) >>> 0;
      x1 = (x1 ^ x0) >>> 0;
    }
    x0 = (x0 + ks[(group + 1) % 3]!) >>> 0;
    x1 = (x1 + ks[(group + 2) % 3]! + group + 1) >>> 0;
  }
  return [x0, x1];
}

/**
 * Key of one example's random stream: a function of the run's seed, what the numbers are for, the step and the example's
 * index in the step, and of nothing else. Batch splits and resumed runs draw the same numbers.
 */
export function deriveKey(seed: number, purpose: number, step: number, index: number): [number, number] {
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  return threefry2x32(threefry2x32([seed >>> 0, high], [purpose >>> 0, 0]), [step >>> 0, index >>> 0]);
}

/** Uniform on (0, 1): the top 23 bits of a word, plus a half, over 2²³. Exact in f32; neither 0 nor 1 occurs. */
export const uniformFromBits = (bits: number): number => ((bits >>> 9) + 0.5) / 2 ** 23;
