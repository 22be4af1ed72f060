// References: NumPy's std (fixtures/make.py), the variance of a sum of independent parts.
import { describe, expect, it } from 'vitest';
import { coefficientsOf, planesOf, reference } from '../testing/fixture';
import { deviation, expectedDeviation } from './noised';
import { fromColours } from './planes';
import { ringMap, ringSums } from './spectrum';

describe('the deviation of x_t', () => {
  const coefficients = (values: number[][]) => coefficientsOf(fromColours(planesOf(values)));
  const sums = ringSums(coefficients(reference.picture), coefficients(reference.noise), ringMap(reference.side));

  it.each(reference.deviation)('is that of NumPy: $alpha x0 + $sigma ε', ({ alpha, sigma, value }) => {
    expect(deviation(sums, { alpha, sigma })).toBeCloseTo(value, 6);
  });

  it('in the mean over draws adds variances', () => {
    expect(expectedDeviation({ alpha: 0.6, sigma: 0.8 }, 0.5)).toBeCloseTo(Math.hypot(0.3, 0.8), 12);
  });
});
