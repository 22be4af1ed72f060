// References: metrics-tiny.json of an independent implementation; SciPy (fixtures/make.py); closed forms.
import { expect, it } from 'vitest';
import { inceptionScore } from './inception-score';
import { reference, setOf, tiny } from './testing/sets';

const near = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(1e-9);

it('the small example', () => {
  for (const { mean, per_split, splits, std_population } of [
    tiny.inception_score.one_split,
    tiny.inception_score.three_splits,
  ]) {
    const found = inceptionScore(setOf(tiny.logits), { splits });
    near(found.mean, mean);
    near(found.std, std_population);
    per_split.forEach((value: number, i: number) => {
      near(found.values[i]!, value);
    });
  }
});

it.each<{ splits: number; mean: number; std: number; values: number[] }>(reference.inceptionScore)(
  'SciPy: $splits splits',
  ({ mean, splits, std, values }) => {
    const found = inceptionScore(setOf(reference.logits), { splits });
    near(found.mean, mean);
    near(found.std, std);
    expect(found.splits).toBe(splits);
    values.forEach((value, i) => {
      near(found.values[i]!, value);
    });
  },
);

it('sure of all of K classes: K; the same for every image: 1', () => {
  for (const classes of [2, 10, 1008]) {
    const sure = new Float32Array(classes * classes);
    for (let i = 0; i < classes; i++) sure[i * classes + i] = 1e4;
    near(inceptionScore({ count: classes, size: classes, rows: sure }).mean / classes, 1);
    const constant = Float32Array.from({ length: 5 * classes }, (_, i) => Math.sin(i % classes) * 30);
    expect(inceptionScore({ count: 5, size: classes, rows: constant }).mean).toBeCloseTo(1, 12);
  }
  expect(inceptionScore({ count: 1, size: 2, rows: Float32Array.of(-1e30, 1e30) }).mean).toBe(1);
});

it('says what is wrong', () => {
  expect(() => inceptionScore(setOf(tiny.logits), { splits: 13 })).toThrow('13 splits of 12 images, expected 1 to 12');
  expect(() => inceptionScore(setOf(tiny.logits), { splits: 0 })).toThrow('0 splits of 12 images');
  expect(() => inceptionScore({ count: 0, size: 3, rows: new Float32Array(0) })).toThrow('the logits: 0 of at least 1');
});
