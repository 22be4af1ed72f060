// References: metrics-tiny.json of an independent implementation; NumPy's SVD and SciPy's sqrtm (fixtures/make.py); the
// closed form of normal distributions whose covariances commute.
import { describe, expect, it } from 'vitest';
import { frechetDistance, frechetDistanceOfSets, frechetSetsTask, frechetTask } from './frechet';
import type { FeatureSet, Moments } from './moments';
import { momentsOf } from './statistics';
import { compute, computeAsync } from './task';
import { normalSet, reference, rotated, setOf, tiny, uniforms } from './testing/sets';

const both = (a: FeatureSet, b: FeatureSet) =>
  (['gram', 'moments'] as const).map((route) => compute(frechetSetsTask(a, b, route)));
const off = (value: number, expected: number) => Math.abs(value - expected) / Math.abs(expected);

describe('the small example', () => {
  const a = setOf(tiny.A);
  const b = setOf(tiny.B);

  it('mean and covariance', () => {
    const { count, covariance, mean } = momentsOf(a);
    expect(count).toBe(12);
    tiny.A_mean.forEach((value: number, i: number) => {
      expect(Math.abs(mean[i]! - value)).toBeLessThan(1e-15);
    });
    tiny.A_cov.flat().forEach((value: number, i: number) => {
      expect(Math.abs(covariance[i]! - value)).toBeLessThan(1e-15);
    });
  });

  it('both routes give its distances', () => {
    for (const value of both(a, b)) expect(off(value, tiny.fid.A_B.fid)).toBeLessThan(1e-12);
    for (const value of both(a, a)) expect(value).toBeLessThan(1e-12);
    const [first, second] = [setOf(tiny.A.slice(0, 3)), setOf(tiny.B.slice(0, 3))];
    for (const value of both(first, second)) {
      expect(off(value, tiny.fid.rank_deficient_first3_rows.fid)).toBeLessThan(1e-12);
    }
  });
});

describe('NumPy and SciPy', () => {
  it.each<{ a: string; b: string; fid: number; sqrtm: number }>(reference.fid)('$a and $b', ({ a, b, fid, sqrtm }) => {
    const [first, second] = [setOf(reference.sets[a]), setOf(reference.sets[b])];
    for (const value of [...both(first, second), frechetDistanceOfSets(first, second)]) {
      expect(off(value, fid)).toBeLessThan(1e-9);
      expect(off(value, sqrtm)).toBeLessThan(1e-6);
    }
  });
});

describe('closed forms', () => {
  const mean = (size: number, value: number) => new Float64Array(size).fill(value);

  it('means 0 and 1 in 2048 dimensions of unit covariance: 2048, exactly', async () => {
    const size = 2048;
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) covariance[i * size + i] = 1;
    expect(frechetDistance({ mean: mean(size, 0), covariance }, { mean: mean(size, 1), covariance })).toBe(2048);
  });

  it.each([
    [1, 0.5],
    [7, 8],
    [130, 8],
    [300, 12],
  ])('covariances of %i dimensions with the same axes, variances over %d powers of ten', (size, powers) => {
    const a = Float64Array.from({ length: size }, (_, i) => 10 ** ((-powers * i) / size));
    const b = a.map((_, i) => 3 * 10 ** ((-powers * ((i * 7) % size)) / size));
    const root = a.reduce((sum, value, i) => sum + (Math.sqrt(value) - Math.sqrt(b[i]!)) ** 2, 0);
    const first: Moments = { mean: mean(size, 0.25), covariance: rotated(a, 3) };
    const second: Moments = { mean: mean(size, -0.25), covariance: rotated(b, 3) };
    expect(off(frechetDistance(first, second), 0.25 * size + root)).toBeLessThan(1e-10);
    expect(off(frechetDistance(second, first), 0.25 * size + root)).toBeLessThan(1e-10);
    expect(frechetDistance(first, first)).toBeLessThan(1e-10 * size);
  });

  it('covariances of lower rank: shared, orthogonal and overlapping axes', () => {
    const size = 90;
    const axes = (from: number, to: number, value: number) =>
      rotated(
        Float64Array.from({ length: size }, (_, i) => (i >= from && i < to ? value * (i + 1) : 0)),
        5,
      );
    const moments = (covariance: Float64Array): Moments => ({ mean: mean(size, 0), covariance });
    const sum = (from: number, to: number) => ((to - from) * (from + 1 + to)) / 2;
    const [a, b, c] = [moments(axes(0, 40, 1)), moments(axes(40, 60, 4)), moments(axes(20, 50, 9))];
    expect(off(frechetDistance(a, moments(axes(0, 40, 4))), sum(0, 40))).toBeLessThan(1e-9);
    expect(off(frechetDistance(a, b), sum(0, 40) + 4 * sum(40, 60))).toBeLessThan(1e-6);
    expect(off(frechetDistance(a, c), sum(0, 40) + 9 * sum(20, 50) - 6 * sum(20, 40))).toBeLessThan(1e-6);
    expect(off(frechetDistance(c, b), 9 * sum(20, 50) + 4 * sum(40, 60) - 12 * sum(40, 50))).toBeLessThan(1e-6);
    expect(frechetDistance(moments(new Float64Array(size * size)), a)).toBe(
      a.covariance.reduce((s, v, i) => (i % (size + 1) ? s : s + v), 0),
    );
  });

  it('the same rotation of both sets changes nothing; any scale of the features goes through', () => {
    const size = 24;
    const turn = rotated(
      Float64Array.from({ length: size }, (_, i) => (i % 2 ? 1 : -1)),
      11,
    );
    const turned = ({ count, rows }: FeatureSet): FeatureSet => ({
      count,
      size,
      rows: Float64Array.from({ length: count * size }, (_, at) => {
        const [row, column] = [Math.floor(at / size), at % size];
        let sum = 0;
        for (let k = 0; k < size; k++) sum += rows[row * size + k]! * turn[k * size + column]!;
        return sum;
      }),
    });
    const [x, y] = [normalSet(60, size, 1), normalSet(50, size, 2, 2, 0.3)];
    const plain = frechetDistanceOfSets(x, y);
    for (const value of both(turned(x), turned(y))) expect(off(value, plain)).toBeLessThan(1e-11);
    const scaled = (set: FeatureSet, by: number) => ({ ...set, rows: set.rows.map((value) => value * by) });
    for (const by of [1e-60, 1e-6, 1e6, 1e60]) {
      for (const value of both(scaled(x, by), scaled(y, by))) expect(off(value / by ** 2, plain)).toBeLessThan(1e-11);
    }
  });
});

it('any number of vectors of any size: both routes agree, and never give what is no number', () => {
  for (let n = 2; n <= 256; n *= 2) {
    for (const size of [1, 2, 4, 8, 32, 100]) {
      for (const seed of [1, 2]) {
        const [x, y] = [normalSet(n, size, seed), normalSet(n + 1, size, seed + 5, 1.5, 0.1)];
        const [gram, moments] = both(x, y);
        expect(Math.abs(gram! - moments!), `${n} vectors of ${size}`).toBeLessThan(1e-10 * (size + gram!));
        for (const value of both(x, x)) expect(value).toBeLessThan(1e-9 * size);
      }
    }
  }
  const same = { count: 3, size: 2, rows: Float32Array.of(1, 2, 1, 2, 1, 2) };
  for (const value of both(same, same)) expect(value).toBe(0);
});

describe('a task', () => {
  const [x, y] = [normalSet(300, 120, 1), normalSet(300, 120, 2)];
  const moments = [momentsOf(x), momentsOf(y)] as const;

  it('tells how far it is, up to 1, also where the event loop runs between', async () => {
    const seen: number[] = [];
    const value = frechetDistance(...moments, { onProgress: (done) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    expect(seen.at(-2)).toBeGreaterThan(0.9);
    expect(await computeAsync(frechetTask(...moments))).toBe(value);
    expect(frechetDistanceOfSets(x, y)).toBeCloseTo(value, 9);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const options = {
      signal: controller.signal,
      onProgress: (done: number) => done > 0.3 && controller.abort(reason),
    };
    expect(() => frechetDistance(...moments, options)).toThrow(reason);
    await expect(computeAsync(frechetTask(...moments), options)).rejects.toThrow(reason);
  });
});

describe('what has no distance is said in a line', () => {
  const good = momentsOf(normalSet(9, 3, 1));
  const spoiled = (index: number, value: number): Moments => {
    const covariance = good.covariance.slice();
    covariance[index] = value;
    return { ...good, covariance };
  };

  it.each<[string, () => unknown, string]>([
    [
      'sizes',
      () => frechetDistance(good, momentsOf(normalSet(9, 4, 1))),
      'the first set has features of size 3, the second of 4',
    ],
    ['NaN', () => frechetDistance(good, spoiled(5, Number.NaN)), 'number [1, 2] of the covariance is NaN'],
    ['variance', () => frechetDistance(spoiled(4, -1), good), 'the first statistics: the variance of feature 1 is -1'],
    ['asymmetry', () => frechetDistance(good, spoiled(1, 0.5)), 'the covariance is not symmetric at [1, 0]'],
    [
      'shape',
      () => frechetDistance({ ...good, covariance: new Float64Array(6) }, good),
      'a mean of 3 numbers with a covariance of 6',
    ],
    [
      'one image',
      () => frechetDistance(good, { ...good, count: 1 }),
      'statistics of 1 images; a covariance takes at least 2',
    ],
    [
      'few',
      () => frechetDistanceOfSets(normalSet(1, 3, 1), normalSet(5, 3, 1)),
      'the first set: 1 of at least 2 feature vectors',
    ],
    [
      'a feature',
      () =>
        frechetDistanceOfSets(normalSet(5, 3, 1), {
          ...normalSet(5, 3, 1),
          rows: new Float32Array(15).fill(1).with(10, Infinity),
        }),
      'the second set: feature 1 of row 3 is Infinity',
    ],
    [
      'length',
      () => frechetDistanceOfSets({ count: 2, size: 3, rows: new Float32Array(5) }, normalSet(5, 3, 1)),
      '2 vectors of 3 do not make 5 numbers',
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(expect.objectContaining({ name: 'MetricError', message: expect.stringContaining(message) }));
  });

  it('a matrix that is no covariance', () => {
    const size = 40;
    const uniform = uniforms(1);
    const values = Float64Array.from({ length: size }, (_, i) => (i === 7 ? -0.01 : uniform()));
    const indefinite: Moments = { mean: new Float64Array(size), covariance: rotated(values, 2) };
    const fine = momentsOf(normalSet(100, size, 3));
    expect(() => frechetDistance(indefinite, fine)).toThrow('negative eigenvalue');
    expect(() => frechetDistance(fine, indefinite)).toThrow('negative eigenvalue');
  });
});
