// Reference: the definition, and sums by hand.
import { expect, it } from 'vitest';
import type { LevelEntry } from '../../ui/noise-levels';
import { emptyCurve, grown, LossProfile, longer, upTo } from './curves';

it('a curve keeps its course when it is thinned', () => {
  let curve = emptyCurve;
  for (let step = 1; step <= 5000; step++) curve = grown(curve, step, 2 * step);
  expect(curve.xs.length).toBe(curve.ys.length);
  expect(curve.xs.length).toBeLessThanOrEqual(1200);
  expect(curve.xs.at(-1)).toBe(5000);
  expect([...curve.xs]).toEqual([...curve.xs].sort((a, b) => a - b));
  for (const [i, y] of curve.ys.entries()) expect(y).toBe(2 * curve.xs[i]!);
});

it('a profile is the mean of what each noise level has seen, and forgets', () => {
  const profile = new LossProfile();
  profile.add({ from: -2, counts: [2, 0, 4], losses: [1, null, 3] });
  profile.add({ from: -1, counts: [1, 4], losses: [5, 1] });
  expect(profile.points()).toEqual([
    [-1.5, 1],
    [-0.5, 5],
    [0.5, 2],
  ]);
  profile.add({ from: 0, counts: [400], losses: [7] });
  expect(profile.points()[2]).toEqual([0.5, 7]);
});

it('reports stay few, and the latest is there', () => {
  let reports: readonly LevelEntry[] = [];
  for (let step = 1; step <= 7001; step++)
    reports = longer(reports, { step, levels: { from: 0, counts: [], losses: [] } });
  expect(reports.length).toBeLessThanOrEqual(2001);
  expect(reports.at(-1)!.step).toBe(7001);
  expect(reports.every(({ step }, i) => i === 0 || step > reports[i - 1]!.step)).toBe(true);
});

it('a curve ends where it is cut', () => {
  const curve = { xs: [1, 3, 5], ys: [7, 8, 9] };
  expect(upTo(curve, 3)).toEqual({ xs: [1, 3], ys: [7, 8] });
  expect(upTo(curve, 9)).toEqual(curve);
  expect(upTo(curve, 0)).toEqual(emptyCurve);
});
