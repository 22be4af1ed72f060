// References: metrics-tiny.json of an independent implementation; NumPy (fixtures/make.py); the mean of an unbiased
// estimate.
import { expect, it } from 'vitest';
import { kernelDistance } from './kernel-distance';
import { normalSet, reference, setOf, tiny } from './testing/sets';

const near = (value: number | undefined, expected: number) =>
  expect(Math.abs(value! - expected)).toBeLessThan(1e-9 * Math.abs(expected));

it('the small example', () => {
  const { full_A_B: full, subset_mean: mean, subset_std_population: std, subset_values: values, subsets } = tiny.kid;
  const found = kernelDistance(setOf(tiny.A), setOf(tiny.B), { subsets });
  near(found.full, full);
  near(found.mean, mean);
  near(found.std, std);
  values.forEach((value: number, i: number) => {
    near(found.values[i], value);
  });
  expect(found).toMatchObject({ subsets: 2, subsetSize: 6 });
});

it('NumPy, with subsets given', () => {
  const { a, b, full, mean, standardError, std, subsets } = reference.kid;
  const found = kernelDistance(setOf(reference.sets[a]), setOf(reference.sets[b]), { subsets });
  near(found.full, full);
  near(found.mean, mean);
  near(found.std, std);
  near(found.standardError, standardError);
});

it('more vectors than a tile has', () => {
  const [x, y] = [normalSet(700, 3, 1), normalSet(600, 3, 2, 1.5)];
  const kernel = (a: typeof x, i: number, b: typeof x, j: number) => {
    let dot = 0;
    for (let k = 0; k < 3; k++) dot += a.rows[i * 3 + k]! * b.rows[j * 3 + k]!;
    return (dot / 3 + 1) ** 3;
  };
  const mean = (a: typeof x, b: typeof x) => {
    let sum = 0;
    for (let i = 0; i < a.count; i++)
      for (let j = 0; j < b.count; j++) if (a !== b || i !== j) sum += kernel(a, i, b, j);
    return sum / (a.count * (a === b ? a.count - 1 : b.count));
  };
  near(kernelDistance(x, y, { subsets: 1 }).full, mean(x, x) + mean(y, y) - 2 * mean(x, y));
});

it('subsets are drawn by the seed, without replacement, and their mean is that of all', () => {
  const [x, y] = [normalSet(60, 6, 1), normalSet(50, 6, 2, 1.3)];
  const all = kernelDistance(x, y);
  expect(all).toMatchObject({ subsets: 100, subsetSize: 50 });
  // All of y every time, but not of x.
  expect(all.std).toBeGreaterThan(0);
  expect(kernelDistance(x, y)).toEqual(all);
  expect(kernelDistance(x, y, { seed: 1 }).mean).not.toBe(all.mean);
  const whole = kernelDistance(x, { ...normalSet(60, 6, 3) }, { subsets: 3 });
  for (const value of whole.values) expect(Math.abs(value - whole.full!)).toBeLessThan(1e-12);
  const small = kernelDistance(x, y, { subsets: 2000, subsetSize: 10, full: true });
  expect(Math.abs(small.mean - small.full!)).toBeLessThan(4 * small.standardError);
  expect(kernelDistance(x, y, { subsets: 1, full: false })).toEqual(
    expect.not.objectContaining({ full: expect.anything() }),
  );
  expect(kernelDistance(x, y, { subsets: 1 }).standardError).toBe(0);
});

it('subsets give the same, whether they are computed one by one or from all pairs', () => {
  const [x, y] = [normalSet(1300, 4, 1), normalSet(700, 4, 2, 1.4)];
  const few = kernelDistance(x, y, { subsets: 3, subsetSize: 400, full: false });
  // The same first three, among so many that all pairs are fewer.
  const many = kernelDistance(x, y, { subsets: 20, subsetSize: 400 });
  few.values.forEach((value, i) => {
    near(many.values[i], value);
  });
});

it('says what is wrong', () => {
  const [x, y] = [normalSet(20, 2, 1), normalSet(10, 2, 2)];
  expect(() => kernelDistance(x, y, { subsetSize: 11 })).toThrow('subsets of 11 vectors, expected 2 to 10');
  expect(() => kernelDistance(x, y, { subsetSize: 1 })).toThrow('subsets of 1 vectors, expected 2 to 10');
  expect(() => kernelDistance(x, y, { subsets: 0 })).toThrow('0 subsets, expected 1 or more');
  expect(() => kernelDistance(x, y, { subsets: [{ a: [0, 1], b: [0, 10] }] })).toThrow('row 10 of a set of 10 vectors');
  expect(() => kernelDistance(x, y, { subsets: [{ a: [0, 1], b: [0] }] })).toThrow('a subset of 2 and 1 vectors');
  expect(() => kernelDistance(x, y, { subsets: [{ a: [0, 1], b: [3, 3] }] })).toThrow('a subset has a row twice');
  expect(() => kernelDistance(x, { ...y, rows: y.rows.map(() => 1e60) })).toThrow('the features are too large');
  expect(() => kernelDistance(x, normalSet(1, 2, 1))).toThrow('the second set: 1 of at least 2 feature vectors');
});
