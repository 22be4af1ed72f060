// Reference: the definition itself. Liveness is summed over every point in time, and every pair of lives is compared.
import { describe, expect, it } from 'vitest';
import { deriveKey } from '../random/threefry';
import { assignSlots, type Lifetime, liveBound } from './memory';

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

describe.each([1, 2, 3])('lives drawn from seed %i', (seed) => {
  const lives = drawn(seed, 200, 100);
  const { slotOf, sizes } = assignSlots(lives);

  it('bounds the memory by the most that lives at one time', () => {
    expect(liveBound(lives)).toBe(Math.max(...Array.from({ length: 100 }, (_, t) => liveAt(lives, t))));
  });

  it('gives every life a buffer that is large enough and free', () => {
    lives.forEach((life, i) => {
      expect(sizes[slotOf[i]!]).toBeGreaterThanOrEqual(life.bytes);
      lives.forEach((other, j) => {
        const together = life.from <= other.to && other.from <= life.to;
        if (i !== j && together) expect(slotOf[i]).not.toBe(slotOf[j]);
      });
    });
  });

  it('takes less than a buffer for each life would, and no less than the bound', () => {
    const total = sizes.reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThanOrEqual(liveBound(lives));
    expect(total).toBeLessThan(1.5 * liveBound(lives));
  });
});

it('plans a chain of equal lives in two buffers', () => {
  const chain = Array.from({ length: 9 }, (_, i) => ({ bytes: 7, from: i, to: i + 1 }));
  expect(assignSlots(chain).sizes).toEqual([7, 7]);
  expect(liveBound(chain)).toBe(14);
});
