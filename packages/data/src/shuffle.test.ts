// Reference: the definition of a permutation; published values of MurmurHash3; for fairness, chi-square tests with fixed seeds, whose bounds are the
// 99.9 % points of the distribution (so a fair generator would fail one seed in a thousand, and these seeds are fixed).
import { describe, expect, it } from 'vitest';
import { batchItems, hash32, mix32, shuffledIndex, streamItem } from './shuffle';

const order = (seed: number, epoch: number, n: number) =>
  Array.from({ length: n }, (_, i) => shuffledIndex(seed, epoch, i, n));

it.each([1, 2, 3, 10, 64, 65, 1000, 60000])('is a permutation of %i', (n) => {
  expect(new Set(order(3, 5, n)).size).toBe(n);
  expect(order(3, 5, n).every((index) => index >= 0 && index < n)).toBe(true);
});

it('depends on seed and epoch, also beyond 32 bits, and on nothing else', () => {
  const base = order(1, 0, 100);
  expect(order(1, 0, 100)).toEqual(base);
  for (const [seed, epoch] of [
    [1, 1],
    [2, 0],
    [1 + 2 ** 32, 0],
    [0, 1],
  ] as const) {
    const same = order(seed, epoch, 100).filter((index, i) => index === base[i]).length;
    expect(same).toBeLessThan(10);
  }
});

/** Pearson's statistic of counts that should be equal. */
function chiSquare(counts: number[]): number {
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
}

it('puts every image in every place equally often', () => {
  for (let place = 0; place < 10; place++) {
    const counts = new Array<number>(10).fill(0);
    for (let epoch = 0; epoch < 5000; epoch++) counts[shuffledIndex(11, epoch, place, 10)]!++;
    expect(chiSquare(counts)).toBeLessThan(27.9); // 9 degrees of freedom
  }
});

it('reaches all orders of four equally often', () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 12000; epoch++) {
    const key = order(5, epoch, 4).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  expect(chiSquare([...counts.values()])).toBeLessThan(49.7); // 23 degrees of freedom
});

it('neighbours of an epoch are not neighbours of the data set', () => {
  const shuffled = order(1, 0, 60000);
  const close = shuffled.filter((index, i) => i > 0 && Math.abs(index - shuffled[i - 1]!) <= 5).length;
  expect(close).toBeLessThan(30); // expected about 60000 * 10 / 60000 = 10
});

describe('the stream', () => {
  it('visits every image once per epoch, over batch borders', () => {
    const items = [0, 1, 2, 3, 4].flatMap((k) => batchItems(9, k, 6, 10));
    for (const epoch of [0, 1, 2]) {
      const seen = items.slice(epoch * 10, epoch * 10 + 10).map(({ index }) => index);
      expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('any batch is found without the ones before, at any batch size', () => {
    expect(batchItems(9, 1000, 4, 10)).toEqual([4000, 4001, 4002, 4003].map((position) => streamItem(9, position, 10)));
  });

  it('flips half of the time', () => {
    const flips = Array.from({ length: 10000 }, (_, position) => streamItem(2, position, 100).flip).filter(
      Boolean,
    ).length;
    expect(chiSquare([flips, 10000 - flips])).toBeLessThan(10.8); // 1 degree of freedom
  });
});

it('mixes like MurmurHash3: the published hashes of the empty string under seeds 0, 1 and 2^32 - 1', () => {
  expect([0, 1, 0xffffffff].map(mix32)).toEqual([0, 0x514e28b7, 0x81f16f39]);
});

it('hashes all of its numbers, in order, beyond 32 bits', () => {
  const hashes = [hash32(1, 2), hash32(2, 1), hash32(1), hash32(1, 2, 0), hash32(1, 2 + 2 ** 32)];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashes.every((h) => Number.isInteger(h) && h >= 0 && h < 2 ** 32)).toBe(true);
});

it.each([
  [() => shuffledIndex(1, 0, 5, 5), 'i 5 is not a whole number from 0 to 4'],
  [() => shuffledIndex(1, 0, 0, 0), 'n 0 is not a whole number from 1'],
  [() => shuffledIndex(1.5, 0, 0, 1), 'seed 1.5 is not a whole number'],
  [() => batchItems(1, 0, 0, 1), 'batchSize 0 is not a whole number from 1'],
])('refuses numbers out of range', (call, message) => {
  expect(call).toThrow(message);
});
