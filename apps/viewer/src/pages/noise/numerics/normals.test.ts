// References: published values of xoshiro128** (Blackman and Vigna's generator from the state 1, 2, 3, 4); moments of the
// normal distribution and its values at a few points.
import { describe, expect, it } from 'vitest';
import { fillNormals, noiseSizes, xoshiro } from './normals';
import { halve } from './planes';
import { sizes } from './sizes';

describe('uniform numbers', () => {
  it('are those of xoshiro128**', () => {
    const bits = xoshiro(1, 2, 3, 4);
    expect(Array.from({ length: 6 }, bits)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
  });
});

describe('normals', () => {
  const count = 400_000;
  const values = new Float32Array(count);
  fillNormals(values, 9);
  const mean = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;

  it('have the moments of a normal distribution', () => {
    // Five deviations of the mean of so many: 1, √2, √15 and √96 over √count.
    const near = (value: number, expected: number, spread: number) =>
      expect(Math.abs(value - expected)).toBeLessThan((5 * spread) / Math.sqrt(count));
    near(mean(1), 0, 1);
    near(mean(2), 1, Math.SQRT2);
    near(mean(3), 0, Math.sqrt(15));
    near(mean(4), 3, Math.sqrt(96));
  });

  it.each([
    [-1.959964, 0.025],
    [-0.6744898, 0.25],
    [0, 0.5],
    [1.281552, 0.9],
  ])('lie below %d as often as they should', (limit, share) => {
    const below = values.reduce((sum, value) => sum + (value < limit ? 1 : 0), 0) / count;
    expect(Math.abs(below - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / count));
  });

  it('belong to their seed', () => {
    const again = new Float32Array(8);
    fillNormals(again, 9);
    expect(again).toEqual(values.slice(0, 8));
    fillNormals(again, 10);
    expect(again).not.toEqual(values.slice(0, 8));
    const odd = new Float32Array(3);
    fillNormals(odd, 9);
    expect(odd).toEqual(values.slice(0, 3));
  });
});

describe('noise of every size', () => {
  const noise = noiseSizes(4);

  it('has variance 1, without likeness of neighbours or channels', () => {
    expect([...noise.keys()]).toEqual([...sizes]);
    for (const { side, planes } of noise.values()) {
      const [a, b] = planes;
      const product = (other: Float32Array, step: number) =>
        a.reduce((sum, value, i) => sum + value * (other[i + step] ?? 0), 0) / a.length;
      expect(Math.abs(product(a, 0) - 1)).toBeLessThan((5 * Math.SQRT2) / side);
      for (const [other, step] of [
        [a, 1],
        [a, side],
        [b, 0],
      ] as const) {
        expect(Math.abs(product(other, step))).toBeLessThan(5 / side);
      }
    }
  });

  it('is one draw: the mean of pixels of a larger size, times 2', () => {
    expect(noise.get(64)!.planes[2]).toEqual(halve(noise.get(128)!, 1 / 2).planes[2]);
  });
});
