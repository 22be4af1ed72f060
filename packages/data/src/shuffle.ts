// Order without state: the k-th example of a run is a pure function of (seed, k), so that a run resumes anywhere at no
// cost and any number of workers agree.

/** Final mixer of MurmurHash3 (Appleby): a bijection of 32 bits in which every input bit moves every output bit. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of whole numbers below 2^53; equal input, equal output on every machine. */
export function hash32(...values: number[]): number {
  let h = 0x9e3779b9;
  for (const value of values) {
    h = mix32(h ^ (value >>> 0)) + 0x6d2b79f5;
    h = mix32(h ^ Math.floor(value / 2 ** 32)) + 0x6d2b79f5;
  }
  return mix32(h);
}

const rounds = 8;

function requireCount(name: string, value: number, minimum: number, limit = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < minimum || value > limit) {
    throw new RangeError(`${name} ${value} is not a whole number from ${minimum} to ${limit}`);
  }
}

/**
 * Element `i` of the random permutation of [0, n) that belongs to (seed, epoch), in O(1) time and memory: a Feistel
 * network on the next even power of two, walked until it lands below n (Black and Rogaway 2002, cycle walking).
 * @param n at most 2^30
 * @throws RangeError for a number out of range
 */
export function shuffledIndex(seed: number, epoch: number, i: number, n: number): number {
  requireCount('n', n, 1, 2 ** 30);
  requireCount('i', i, 0, n - 1);
  requireCount('seed', seed, 0);
  requireCount('epoch', epoch, 0);
  // At least 6 bits: on halves of one or two bits a Feistel network reaches few of the permutations.
  let halfBits = 3;
  while (2 ** (2 * halfBits) < n) halfBits++;
  const mask = 2 ** halfBits - 1;
  const key = hash32(seed, epoch);
  let index = i;
  do {
    let left = index >>> halfBits;
    let right = index & mask;
    for (let round = 0; round < rounds; round++) {
      const next = left ^ (mix32(mix32(right ^ key) + Math.imul(round + 1, 0x9e3779b9)) & mask);
      left = right;
      right = next;
    }
    index = (left << halfBits) | right;
  } while (index >= n);
  return index;
}

/** One example of a training stream. */
export interface StreamItem {
  /** Which image of the data set. */
  index: number;
  /** A fair bit for the random flip. */
  flip: boolean;
}

/**
 * Example at `position` of the endless stream of a seed: epoch floor(position / n) in its own order. Within an epoch
 * each image comes once.
 */
export function streamItem(seed: number, position: number, n: number): StreamItem {
  requireCount('position', position, 0);
  const index = shuffledIndex(seed, Math.floor(position / n), position % n, n);
  return { index, flip: (hash32(seed, position, 0xf11b) & 1) === 1 };
}

/** The examples of batch `k`: positions k * batchSize onwards. Depends only on the arguments. */
export function batchItems(seed: number, k: number, batchSize: number, n: number): StreamItem[] {
  requireCount('batchSize', batchSize, 1);
  return Array.from({ length: batchSize }, (_, j) => streamItem(seed, k * batchSize + j, n));
}
