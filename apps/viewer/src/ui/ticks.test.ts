// The definitions themselves, at their edges.
import { describe, expect, it } from 'vitest';
import { compact, extent } from './ticks';

describe('compact', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [-1.5, '−1.5'],
    [1e-9, '1.00e−9'],
    [2.5e7, '2.50e7'],
    [Infinity, '∞'],
    [Number.NaN, '–'],
  ])('writes %d as %s', (value, text) => {
    expect(compact(value)).toBe(text);
  });
});

describe('extent', () => {
  it('ignores what cannot be drawn', () => {
    expect(extent([3, Number.NaN, -1, Infinity])).toEqual([-1, 3]);
    expect(extent([0, 1, 10], true)).toEqual([1, 10]);
  });

  it('is never empty', () => {
    expect(extent([])).toEqual([0, 1]);
    expect(extent([4])).toEqual([2, 6]);
    expect(extent([0])).toEqual([-1, 1]);
    expect(extent([4], true)).toEqual([2, 8]);
  });
});
