// Reference: the statistics of all vectors at once, to 1e-10.
import { expect, it } from 'vitest';
import { mergeStatistics } from './merge-moments';
import { momentsOf } from './statistics';

const SIZE = 4;
const rows = Float64Array.from({ length: 60 * SIZE }, (_, i) => 100 + Math.sin(i * i) * (1 + (i % SIZE)));
const shard = (from: number, to: number, more: object = {}) => ({
  name: `${from}.npz`,
  statistics: {
    moments: momentsOf({ count: to - from, size: SIZE, rows: rows.subarray(from * SIZE, to * SIZE) }),
    network: 'inception',
    ...more,
  },
});

it('of shards are those of the whole', () => {
  const whole = shard(0, 60).statistics.moments;
  const merged = mergeStatistics([shard(0, 7), shard(7, 40, { resize: 'clean' }), shard(40, 60)]);
  expect(merged).toMatchObject({ network: 'inception', moments: { count: 60 } });
  merged.moments.mean.forEach((value, i) => {
    expect(Math.abs(value - whole.mean[i]!)).toBeLessThan(1e-10 * 100);
  });
  const scale = Math.max(...whole.covariance);
  merged.moments.covariance.forEach((value, i) => {
    expect(Math.abs(value - whole.covariance[i]!)).toBeLessThan(1e-10 * scale);
  });
});

it('spatial ones are merged where all shards have them', () => {
  const spatial = (from: number, to: number) => ({ spatial: shard(from, to).statistics.moments });
  expect(mergeStatistics([shard(0, 30, spatial(0, 30)), shard(30, 60, spatial(30, 60))]).spatial!.count).toBe(60);
  expect(mergeStatistics([shard(0, 30, spatial(0, 30)), shard(30, 60)]).spatial).toBeUndefined();
});

it('that are not alike, or do not tell how many they are of, are refused', () => {
  expect(() => mergeStatistics([])).toThrow('no statistics to merge');
  expect(() => mergeStatistics([shard(0, 30), shard(30, 60, { network: 'nsfwjs' })])).toThrow(
    '30.npz was made with the network nsfwjs, 0.npz with inception',
  );
  const { count: _, ...moments } = shard(30, 60).statistics.moments;
  expect(() => mergeStatistics([shard(0, 30), shard(30, 60, { moments })])).toThrow(
    '30.npz: it does not say how many images its statistics are of',
  );
  const other = momentsOf({ count: 10, size: 6, rows: rows.subarray(0, 60) });
  expect(() => mergeStatistics([shard(0, 30), shard(30, 60, { moments: other })])).toThrow(
    '30.npz has features of size 6, 0.npz of 4',
  );
});
