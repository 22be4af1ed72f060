// References: sums by hand and closed forms: of 0 … n − 1 the mean is (n − 1)/2 and the variance (n² − 1)/12.
import { describe, expect, it } from 'vitest';
import { float32ToBfloat16 } from '../half';
import type { NdArray } from '../ndarray';
import { histogramOfValues, numbersOf, summarizeValues } from './value-summary';

async function* pieces(...arrays: readonly NdArray[]): AsyncGenerator<NdArray> {
  yield* arrays;
}

const f32 = (...values: number[]): NdArray => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.of(...values),
});
const f64 = (values: Float64Array): NdArray => ({ dtype: 'F64', shape: [values.length], data: values });

describe('summarizeValues', () => {
  it('gives least, most, mean and deviation, in whatever pieces', async () => {
    const all = Float64Array.from({ length: 1000 }, (_, i) => 1e9 + i);
    for (const cuts of [[1000], [1, 1000], [400, 999, 1000], [500, 500, 1000]]) {
      const parts = cuts.map((to, i) => f64(all.slice(cuts[i - 1] ?? 0, to)));
      const found = await summarizeValues(pieces(...parts));
      expect(found).toMatchObject({ count: 1000, nan: 0, infinite: 0, zeros: 0, min: 1e9, max: 1e9 + 999 });
      expect(found.mean).toBeCloseTo(1e9 + 499.5, 6);
      expect(found.std).toBeCloseTo(Math.sqrt((1000 ** 2 - 1) / 12), 6);
    }
  });

  it('counts what is no number, and leaves it out of the rest', async () => {
    const { NaN: nan, NEGATIVE_INFINITY: least, POSITIVE_INFINITY: most } = Number;
    expect(await summarizeValues(pieces(f32(nan, 1, most, 0), f32(least, -0, 3, nan), f32(nan)))).toEqual({
      count: 9,
      nan: 3,
      infinite: 2,
      zeros: 2,
      min: 0,
      max: 3,
      mean: 1,
      std: Math.sqrt(6 / 4),
    });
    expect(await summarizeValues(pieces(f32(nan)))).toMatchObject({
      count: 1,
      min: null,
      max: null,
      mean: null,
      std: null,
    });
    expect(await summarizeValues(pieces())).toMatchObject({ count: 0, mean: null });
  });

  it('takes every type, and doubles as they are', async () => {
    expect(await summarizeValues(pieces(f64(Float64Array.of(1e300, -1e300))))).toMatchObject({
      infinite: 0,
      min: -1e300,
      max: 1e300,
    });
    const whole: NdArray = { dtype: 'I64', shape: [2], data: BigInt64Array.of(-4n, 6n) };
    expect(await summarizeValues(pieces(whole))).toMatchObject({ min: -4, max: 6, mean: 1, std: 5 });
    const half: NdArray = { dtype: 'BF16', shape: [2], data: float32ToBfloat16(Float32Array.of(0.5, Number.NaN)) };
    expect(await summarizeValues(pieces(half))).toMatchObject({ nan: 1, min: 0.5, max: 0.5 });
    expect([...(numbersOf(half) as Float32Array)]).toEqual([0.5, Number.NaN]);
  });

  it('tells how far it is, and stops when told to', async () => {
    const seen: number[] = [];
    await summarizeValues(pieces(f32(1, 2), f32(3)), { onProgress: (elements) => seen.push(elements) });
    expect(seen).toEqual([2, 3]);
    const reason = new Error('enough');
    await expect(summarizeValues(pieces(f32(1)), { signal: AbortSignal.abort(reason) })).rejects.toThrow(reason);
  });
});

describe('histogramOfValues', () => {
  it('counts by bins, the last of which has its upper bound', async () => {
    const found = await histogramOfValues(pieces(f32(0, 0.24, 0.25, 0.5), f32(0.99, 1, 1.01, Number.NaN, -0.1)), {
      from: 0,
      to: 1,
      bins: 4,
    });
    expect(found).toEqual({ from: 0, to: 1, counts: [2, 1, 1, 2] });
  });

  it('has one bin where all values are equal, and takes the widest range', async () => {
    expect(await histogramOfValues(pieces(f32(2, 2, 3)), { from: 2, to: 2 })).toEqual({ from: 2, to: 2, counts: [2] });
    const wide = Float64Array.of(-Number.MAX_VALUE, 0, Number.MAX_VALUE);
    const { counts } = await histogramOfValues(pieces(f64(wide)), { from: wide[0]!, to: wide[2]!, bins: 2 });
    expect(counts).toEqual([1, 2]);
  });

  it('refuses bounds and bins that are none', async () => {
    await expect(histogramOfValues(pieces(), { from: 1, to: 0 })).rejects.toThrow('two numbers in order');
    await expect(histogramOfValues(pieces(), { from: 0, to: Number.NaN })).rejects.toThrow('two numbers in order');
    await expect(histogramOfValues(pieces(), { from: 0, to: 1, bins: 0 })).rejects.toThrow('0 bins');
  });
});
