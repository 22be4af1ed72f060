// Reference: closed forms worked by hand.
import { describe, expect, it } from 'vitest';
import { norm, relativeL2, summarise } from './statistics';

describe('summarise', () => {
  it('keeps the order of measurement', () => {
    expect(summarise([5, 3, 10])).toEqual({ min: 3, median: 5, all: [5, 3, 10] });
  });
});

describe('relativeL2', () => {
  it('divides the distance by the norm of the expected values', () => {
    expect(norm([3, 4])).toBe(5);
    expect(relativeL2([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
  });

  it('divides by a given scale instead', () => {
    expect(relativeL2([0.5, 0], [0, 0], 10)).toBeCloseTo(0.05, 12);
  });

  it('lets NaN through and refuses different lengths', () => {
    expect(relativeL2([Number.NaN], [1])).toBeNaN();
    expect(() => relativeL2([1], [1, 2])).toThrow('1 values against 2');
  });
});
