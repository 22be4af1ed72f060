// Bins worked by hand.
import { expect, it } from 'vitest';
import { histogramPoints, histogramRows } from './histogram-points';

it('is an outline of steps, and a row for each bin', () => {
  const histogram = { from: 0, to: 1, counts: [3, 0] };
  expect(histogramPoints(histogram)).toEqual([
    [0, 3],
    [0.5, 3],
    [0.5, 0],
    [1, 0],
  ]);
  expect(histogramRows(histogram)).toEqual([
    { from: 0, to: 0.5, count: 3 },
    { from: 0.5, to: 1, count: 0 },
  ]);
});

it('has some width where all values are equal', () => {
  expect(histogramPoints({ from: 2, to: 2, counts: [9] })).toEqual([
    [1.98, 9],
    [2.02, 9],
  ]);
  expect(histogramPoints({ from: 0, to: 0, counts: [9] })).toEqual([
    [-0.01, 9],
    [0.01, 9],
  ]);
});
