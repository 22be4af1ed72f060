// Reference: worked out by hand; a constant stays what it is.
import { expect, it } from 'vitest';
import { smoothed } from './smoothing';

it('weighs what came before, from the first point on', () => {
  expect(smoothed([1, 2, 3], [4, 8, 2], 0)).toEqual({ xs: [1, 2, 3], ys: [4, 8, 2] });
  const { ys } = smoothed([1, 2, 3], [4, 8, 2], 0.5);
  expect(ys[0]).toBe(4);
  expect(ys[1]).toBeCloseTo((0.5 * 4 + 8) / 1.5, 12);
  expect(ys[2]).toBeCloseTo((0.25 * 4 + 0.5 * 8 + 2) / 1.75, 12);
  for (const y of smoothed([1, 2, 3], [7, 7, 7], 0.99).ys) expect(y).toBeCloseTo(7, 12);
});

it('leaves out what is no number', () => {
  expect(smoothed([1, 2, Number.NaN, 4], [Number.NaN, 5, 6, 7], 0)).toEqual({ xs: [2, 4], ys: [5, 7] });
});
