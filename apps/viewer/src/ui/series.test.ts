// Straight lines worked by hand.
import { expect, it } from 'vitest';
import { valueAt } from './series';

const rising = [
  [0, 1],
  [2, 5],
  [3, 4],
] as const;

it('reads a curve at and between its points', () => {
  expect([0, 0.5, 2, 2.5, 3].map((x) => valueAt(rising, x))).toEqual([1, 2, 5, 4.5, 4]);
});

it('reads a curve whose points fall in x', () => {
  expect(valueAt([...rising].reverse(), 0.5)).toBe(2);
});

it('knows nothing outside', () => {
  expect([valueAt(rising, -0.1), valueAt(rising, 3.1), valueAt([], 0)]).toEqual([undefined, undefined, undefined]);
});
