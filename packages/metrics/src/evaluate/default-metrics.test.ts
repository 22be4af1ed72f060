// Reference: what the help of `eval` says: fid, kid and pr, or what both sides can give.
import { expect, it } from 'vitest';
import { defaultMetrics } from './default-metrics';
import type { EvaluationSide } from './side';

const images = (count: number) => ({ path: 'i', images: { count } }) as EvaluationSide;
const statistics = { path: 's', statistics: {} } as EvaluationSide;

it('is what both sides can give', () => {
  expect(defaultMetrics(images(10), images(10))).toEqual(['fid', 'kid', 'pr']);
  expect(defaultMetrics(images(10), statistics)).toEqual(['fid']);
  expect(defaultMetrics(images(10), undefined)).toEqual(['is']);
  expect(defaultMetrics(images(10), images(3))).toEqual(['fid', 'kid']);
  expect(defaultMetrics(images(10), images(3), 2)).toEqual(['fid', 'kid', 'pr']);
  expect(defaultMetrics(images(20_001), images(10))).toEqual(['fid', 'kid']);
});
