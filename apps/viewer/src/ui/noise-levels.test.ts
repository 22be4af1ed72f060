// Reference: means worked out by hand.
import { expect, it } from 'vitest';
import { levelMap, meanLevels } from './noise-levels';

const entries = [
  { step: 10, levels: { from: -1, counts: [1, 0, 3], losses: [4, null, 1] } },
  { step: 30, levels: { from: 0, counts: [2], losses: [6] } },
  { step: 40, levels: { from: -2, counts: [1, 3], losses: [9, 8] } },
];

it('each entry is a column, each logSNR from whole to whole a row', () => {
  const map = levelMap(entries)!;
  expect(map.columns).toEqual([0, 10, 30, 40]);
  expect(map.rows).toEqual([-2, -1, 0, 1, 2]);
  expect(Array.from(map.values)).toEqual([
    ...[Number.NaN, Number.NaN, 9],
    ...[4, Number.NaN, 8],
    ...[Number.NaN, 6, Number.NaN],
    ...[1, Number.NaN, Number.NaN],
  ]);
  expect(levelMap([])).toBeUndefined();
});

it('neighbours are joined, each weighing as many examples as it has', () => {
  const map = levelMap(entries, 2)!;
  expect(map.columns).toEqual([0, 30, 40]);
  expect(Array.from(map.values)).toEqual([Number.NaN, 9, 4, 8, 6, Number.NaN, 1, Number.NaN]);
  expect(meanLevels(entries)).toEqual([
    [-1.5, 9],
    [-0.5, (4 + 24) / 4],
    [0.5, 6],
    [1.5, 1],
  ]);
  expect(meanLevels([])).toEqual([]);
});

it('what is no number counts for nothing', () => {
  const damaged = [{ step: 1, levels: { from: 0, counts: [1, 1], losses: [null, 2] } }];
  expect(Array.from(levelMap(damaged)!.values)).toEqual([Number.NaN, 2]);
});
