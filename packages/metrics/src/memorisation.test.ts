// References: distances by SciPy's cdist (fixtures/make.py); sets whose copies are known.
import { expect, it } from 'vitest';
import { memorisation, nearestReference } from './memorisation';
import type { FeatureSet } from './moments';
import { normalSet, reference, setOf } from './testing/sets';

it('SciPy: the nearest of each', () => {
  const { distances, indices, reference: real, samples } = reference.nearest;
  const found = nearestReference(setOf(reference.sets[samples]), setOf(reference.sets[real]));
  expect([...found.indices]).toEqual(indices);
  distances.forEach((value: number, i: number) => {
    expect(Math.abs(found.distances[i]! - value)).toBeLessThan(1e-12);
  });
});

/** The definition, vector by vector. */
function definition(set: FeatureSet, among: FeatureSet) {
  return Array.from({ length: set.count }, (_, i) => {
    let best = { index: -1, distance: Infinity };
    for (let j = 0; j < among.count; j++) {
      if (set === among && i === j) continue;
      let sum = 0;
      for (let k = 0; k < set.size; k++) sum += (set.rows[i * set.size + k]! - among.rows[j * set.size + k]!) ** 2;
      if (Math.sqrt(sum) < best.distance) best = { index: j, distance: Math.sqrt(sum) };
    }
    return best;
  });
}

it('more than a tile, of another set and of the same, equal distances included', () => {
  const rows = normalSet(1100, 3, 5).rows.map((value) => Math.round(value * 4) / 4 + 1e4);
  const set = { count: 1100, size: 3, rows };
  const other = {
    count: 600,
    size: 3,
    rows: normalSet(600, 3, 6).rows.map((value) => Math.round(value * 4) / 4 + 1e4),
  };
  for (const among of [other, set]) {
    const found = nearestReference(set, among);
    const expected = definition(set, among);
    expect([...found.indices]).toEqual(expected.map(({ index }) => index));
    expect([...found.distances]).toEqual(expected.map(({ distance }) => distance));
  }
});

it('copies are found; new samples of the same distribution look like held-out images', () => {
  const training = normalSet(300, 6, 1);
  const heldOut = normalSet(200, 6, 2);
  const fresh = memorisation(normalSet(250, 6, 3), training, { heldOut });
  expect(fresh.unseenAre).toBe('held-out');
  expect(Math.abs(fresh.nearer - 0.5)).toBeLessThan(0.08);
  expect(fresh.closest).toHaveLength(16);

  const copied = { count: 100, size: 6, rows: training.rows.slice(30, 630).map((value) => value + 1e-6) };
  const found = memorisation(copied, training, { heldOut, pairs: 3 });
  expect(found).toMatchObject({ nearer: 1, nearerThanAll: 1 });
  expect(found.samples.count).toBe(100);
  expect(found.samples.median).toBeCloseTo(1e-6 * Math.sqrt(6), 9);
  expect(found.closest).toHaveLength(3);
  for (const { distance, reference: row, sample } of found.closest) {
    expect(row).toBe(sample + 5);
    expect(distance).toBeCloseTo(found.samples.minimum, 12);
  }
  // Without held-out images the reference's own neighbours are the measure.
  const own = memorisation(copied, training);
  expect(own).toMatchObject({ unseenAre: 'reference', nearer: 1, nearerThanAll: 1 });
  expect(own.unseen.count).toBe(300);
});

it('numbers of a set that one can count', () => {
  const line = (...values: number[]) => ({ count: values.length, size: 1, rows: Float64Array.from(values) });
  const found = memorisation(line(0.5, 10, 21), line(0, 10, 20), { heldOut: line(1, 13), pairs: 2 });
  expect(found).toEqual({
    samples: { count: 3, minimum: 0, median: 0.5, mean: 0.5 },
    unseen: { count: 2, minimum: 1, median: 2, mean: 2 },
    unseenAre: 'held-out',
    // 0.5 and 0 are below 1 and 3; 1 ties with 1 and is below 3.
    nearer: 5.5 / 6,
    nearerThanAll: 2 / 3,
    closest: [
      { sample: 1, reference: 1, distance: 0 },
      { sample: 0, reference: 0, distance: 0.5 },
    ],
  });
});

it('says what is wrong', () => {
  const set = normalSet(4, 2, 1);
  const none = { count: 0, size: 2, rows: new Float32Array(0) };
  expect(() => memorisation(none, set)).toThrow('the samples: 0 of at least 1 feature vectors');
  expect(() => memorisation(set, normalSet(1, 2, 1))).toThrow('the reference: 1 of at least 2 feature vectors');
  expect(() => memorisation(set, set, { heldOut: normalSet(3, 3, 1) })).toThrow(
    'the held-out images has features of size 3, the reference of 2',
  );
  expect(() => memorisation(set, set, { pairs: -1 })).toThrow('-1 closest pairs asked for');
});
