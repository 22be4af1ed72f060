// Reference: the definition itself. Liveness is summed over every point in time, and every pair of lives is compared.
import { describe, expect, it } from 'vitest';
import { deriveKey } from '../random/threefry';
import { assignBuffers, assignRanges, type Lifetime, liveBound } from './memory';

/** Lives drawn from a seed: `count` of them over `length` points in time. */
function drawn(seed: number, count: number, length: number): Lifetime[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = deriveKey(seed, 0, 0, i);
    const from = a % length;
    return { bytes: 1 + (b % 1000), from, to: Math.min(length - 1, from + ((a >>> 8) % 20)) };
  });
}

const liveAt = (lives: readonly Lifetime[], t: number): number =>
  lives.reduce((sum, { bytes, from, to }) => sum + (from <= t && t <= to ? bytes : 0), 0);

const ALIGNMENT = 16;
const ways = [
  ['whole buffers', assignBuffers],
  ['ranges of one', (lives: readonly Lifetime[]) => assignRanges(lives, ALIGNMENT)],
] as const;

describe.each([1, 2, 3])('lives drawn from seed %i', (seed) => {
  const lives = drawn(seed, 200, 100);

  it('are bounded by the most that lives at one time', () => {
    expect(liveBound(lives)).toBe(Math.max(...Array.from({ length: 100 }, (_, t) => liveAt(lives, t))));
  });

  it.each(ways)('lie in %s, which are large enough and free', (_, assign) => {
    const { places, sizes } = assign(lives);
    lives.forEach((life, i) => {
      const { slot, offset } = places[i]!;
      expect(offset % ALIGNMENT).toBe(0);
      expect(sizes[slot]).toBeGreaterThanOrEqual(offset + life.bytes);
      lives.forEach((other, j) => {
        const at = places[j]!;
        const together = life.from <= other.to && other.from <= life.to;
        const apart = slot !== at.slot || offset + life.bytes <= at.offset || at.offset + other.bytes <= offset;
        if (i < j && together) expect(apart, `${i} and ${j}`).toBe(true);
      });
    });
  });

  it.each(ways)('lie in %s of little more than the bound', (_, assign) => {
    const total = assign(lives).sizes.reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThanOrEqual(liveBound(lives));
    expect(total).toBeLessThan(1.5 * liveBound(lives));
  });

  it('take less as ranges of one buffer than as whole buffers', () => {
    const whole = assignBuffers(lives).sizes.reduce((a, b) => a + b, 0);
    expect(assignRanges(lives, ALIGNMENT).sizes).toEqual([expect.any(Number)]);
    expect(assignRanges(lives, ALIGNMENT).sizes[0]!).toBeLessThan(whole);
  });
});

it('plans a chain of equal lives in two buffers, or two ranges', () => {
  const chain = Array.from({ length: 9 }, (_, i) => ({ bytes: 7, from: i, to: i + 1 }));
  expect(assignBuffers(chain).sizes).toEqual([7, 7]);
  expect(assignRanges(chain, 8).sizes).toEqual([15]);
  expect(liveBound(chain)).toBe(14);
});

it('fills the smallest gap that is large enough', () => {
  const whole = { from: 0, to: 9 };
  const lives = [
    { bytes: 32, ...whole },
    // Gaps of 24 and of 16 bytes are left by these once they end.
    { bytes: 24, from: 0, to: 4 },
    { bytes: 20, ...whole },
    { bytes: 16, from: 0, to: 4 },
    { bytes: 12, ...whole },
    { bytes: 10, from: 5, to: 9 },
  ];
  const { places, sizes } = assignRanges(lives, 4);
  expect(places.map(({ offset }) => offset)).toEqual([0, 32, 56, 76, 92, 76]);
  expect(sizes).toEqual([104]);
});

it('needs no buffer for no lives', () => {
  expect(assignBuffers([]).sizes).toEqual([]);
  expect(assignRanges([], 4).sizes).toEqual([]);
});
