// Reference: the definition, two passes over all vectors; NumPy's covariance is compared in frechet.test.ts.
import { expect, it } from 'vitest';
import { FeatureStatistics, momentsOf } from './statistics';
import { normalSet } from './testing/sets';

/** The largest difference of two lists beside the largest number of the second. */
function off(values: Float64Array, expected: Float64Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0) / scale;
}

const size = 37;
const set = normalSet(1000, size, 4, 2, 300);

function definition(rows: Float64Array) {
  const count = rows.length / size;
  const mean = new Float64Array(size);
  rows.forEach((value, i) => {
    mean[i % size]! += value / count;
  });
  const covariance = new Float64Array(size * size);
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        covariance[i * size + j]! +=
          ((rows[r * size + i]! - mean[i]!) * (rows[r * size + j]! - mean[j]!)) / (count - 1);
      }
    }
  }
  return { mean, covariance };
}

it('one call, calls of any length and merged shards give the mean and the covariance', () => {
  const expected = definition(set.rows as Float64Array);
  const pieces = [1, 2, 255, 256, 1, 300, 185].map((length, i, all) => {
    const from = all.slice(0, i).reduce((sum, value) => sum + value, 0);
    return set.rows.subarray(from * size, (from + length) * size);
  });
  const streamed = new FeatureStatistics(size);
  const merged = new FeatureStatistics(size);
  for (const rows of pieces) {
    streamed.add(rows);
    merged.merge(FeatureStatistics.of(rows, size));
  }
  merged.merge(new FeatureStatistics(size));
  for (const moments of [momentsOf(set), streamed.moments(), merged.moments()]) {
    expect(moments.count).toBe(1000);
    expect(off(moments.mean, expected.mean)).toBeLessThan(1e-14);
    expect(off(moments.covariance, expected.covariance)).toBeLessThan(1e-12);
  }
  // What has been taken out stays as it is.
  const before = streamed.moments();
  const copy = before.covariance.slice();
  streamed.add(set.rows.subarray(0, size));
  expect(before.covariance).toEqual(copy);
  expect(streamed.count).toBe(1001);
});

it('32-bit features are summed in 64 bits', () => {
  const rows = Float32Array.from({ length: 6000 }, (_, i) => 1 + (i % 3) * 2 ** -23);
  const { covariance, mean } = momentsOf({ count: 6000, size: 1, rows });
  expect(Math.abs(mean[0]! - 1 - 2 ** -23)).toBeLessThan(1e-15);
  expect(Math.abs(covariance[0]! / (2 ** -46 * (2 / 3) * (6000 / 5999)) - 1)).toBeLessThan(1e-8);
});

it('says what cannot be added, and adds nothing of it', () => {
  const statistics = FeatureStatistics.of(Float32Array.of(1, 2, 3, 4), 2);
  expect(() => statistics.add(Float32Array.of(1, 2, 3))).toThrow('3 numbers are no vectors of 2 features');
  expect(() => statistics.add(Float32Array.of(1, 2, 3, Number.NaN))).toThrow(
    'features after row 1: feature 1 of row 1 is NaN',
  );
  expect(() => statistics.merge(new FeatureStatistics(3))).toThrow(
    'statistics of 3 features cannot be merged with those of 2',
  );
  expect(statistics.moments().covariance).toEqual(Float64Array.of(2, 2, 2, 2));
  expect(() => new FeatureStatistics(2).moments()).toThrow('0 feature vectors; a covariance takes at least 2');
  expect(() => new FeatureStatistics(0)).toThrow('features of size 0');
});
