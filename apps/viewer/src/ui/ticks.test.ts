// The definitions themselves, at their edges.
import { describe, expect, it } from 'vitest';
import { compact, extent, ticksOf } from './ticks';

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

describe('ticks', () => {
  const log = (domain: [number, number], count: number) => ticksOf({ label: '', scale: 'log' }, domain, count);

  it('of a logarithmic axis are few enough to be read', () => {
    expect(log([0.5, 512], 10)).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]);
    expect(log([0.5, 512], 4)).toEqual([1, 10, 100]);
    expect(log([1e-3, 1e3], 5)).toEqual([1e-2, 1, 1e2]);
    expect(log([512, 0.5], 4)).toEqual([1, 10, 100]);
    expect(log([1e-7, 1e5], 5)).toEqual([1e-6, 1e-3, 1, 1e3]);
  });

  it('of a short stretch of one, and of a linear axis, stand at equal steps', () => {
    expect(log([2.1, 2.9], 4)).toEqual([2.2, 2.4, 2.6, 2.8]);
    expect(ticksOf({ label: '' }, [0, 10], 5)).toEqual([0, 2, 4, 6, 8, 10]);
  });
});
