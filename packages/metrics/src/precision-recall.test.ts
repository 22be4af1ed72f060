// References: metrics-tiny.json of an independent implementation; distances by SciPy's cdist (fixtures/make.py); what is
// known of sets that cover each other in a known way.
import { describe, expect, it } from 'vitest';
import { precisionRecall, precisionRecallTask } from './precision-recall';
import { computeAsync } from './task';
import { normalSet, reference, setOf, tiny } from './testing/sets';

it('the small example', () => {
  const [real, drawn] = [setOf(tiny.A), setOf(tiny.B)];
  for (const { k, precision, recall } of [tiny.precision_recall.k3, tiny.precision_recall.k1]) {
    expect(precisionRecall(drawn, real, { k })).toMatchObject({ k, precision, recall });
  }
  expect(precisionRecall(drawn, real).k).toBe(3);
});

it.each<Record<string, never>>(reference.coverage)('SciPy: $samples in $reference, k = $k', (row) => {
  const { samples, reference: real, k, ...expected } = row;
  const found = precisionRecall(setOf(reference.sets[samples!]), setOf(reference.sets[real!]), { k: k! });
  expect(found).toEqual({ k, ...(expected as object), density: expect.closeTo(Number(expected.density), 12) });
});

describe('sets of known cover', () => {
  it('a set covers itself; one far away covers nothing', () => {
    const set = normalSet(40, 8, 1);
    expect(precisionRecall(set, { ...set })).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    const far = { ...set, rows: set.rows.map((value) => value + 1e3) };
    expect(precisionRecall(far, set)).toMatchObject({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });

  it('a collapsed generator is precise and recalls little', () => {
    const { precision, recall } = precisionRecall(normalSet(1200, 16, 1, 0.1), normalSet(1100, 16, 2, 3));
    expect(precision).toBeGreaterThan(0.8);
    expect(recall).toBeLessThan(0.3);
  });

  it('points on a grid far from zero, whose distances are equal: balls hold their surface', () => {
    const grid = (shift: number) => ({
      count: 900,
      size: 2,
      rows: Float64Array.from({ length: 1800 }, (_, i) => 1e6 + shift + (i % 2 ? Math.floor(i / 60) : (i >> 1) % 30)),
    });
    // A ball of the 30 × 30 grid has radius 1, of its corners √2. Moved by (1, 1) and counted by neighbour: 29² points lie on
    // one, 2·30·29 have one before them and 2·28·29 one behind, and the corners have 1, 2, 2 and 4 more, at √2.
    const found = precisionRecall(grid(1), grid(0));
    expect(found).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    expect(found.density).toBeCloseTo((29 ** 2 + 2 * 30 * 29 + 2 * 28 * 29 + 9) / (3 * 900), 12);
  });
});

it('says what is wrong, and stops when told to', async () => {
  const [few, set] = [normalSet(3, 4, 1), normalSet(9, 4, 1)];
  expect(() => precisionRecall(few, set)).toThrow('k is 3, but the samples are 3 vectors: each needs 3 others');
  expect(() => precisionRecall(set, few)).toThrow('k is 3, but the reference are 3 vectors');
  expect(() => precisionRecall(set, set, { k: 0.5 })).toThrow('k is 0.5, expected a whole number from 1');
  expect(() => precisionRecall(normalSet(9, 5, 1), set)).toThrow(
    'the samples has features of size 5, the reference of 4',
  );
  const controller = new AbortController();
  const large = precisionRecallTask(normalSet(1500, 16, 1), normalSet(1500, 16, 2));
  const options = { signal: controller.signal, onProgress: (done: number) => done > 0.2 && controller.abort() };
  await expect(computeAsync(large, options)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
