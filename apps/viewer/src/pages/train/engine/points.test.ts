// Reference: the definition; of the sliced distance, that of a shift by d, whose root of the mean over directions is d/√2.
import { describe, expect, it } from 'vitest';
import { decodePoints, encodePoints, pointShapes, shapePoints, slicedDistance } from './points';

describe('shapes', () => {
  it.each(pointShapes)('$value lies inside the drawing, and is no two alike', ({ value }) => {
    const points = shapePoints(value)!;
    expect(points.every((v) => v > 0 && v < 1)).toBe(true);
    for (const other of pointShapes.filter((shape) => shape.value !== value)) {
      expect(slicedDistance(points, shapePoints(other.value)!)).toBeGreaterThan(0.02);
    }
  });

  it('is undefined for a name that is none', () => {
    expect(shapePoints('toString')).toBeUndefined();
  });
});

it('points as text come back to within a half of 1/64', () => {
  const points = Float32Array.of(0, 0.999, 0.5, 0.25);
  const back = decodePoints(encodePoints(points))!;
  for (const [i, value] of points.entries()) expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(1 / 128 + 1e-6);
  expect(['', 'A', 'A!', 'Ä4'].map(decodePoints)).toEqual([undefined, undefined, undefined, undefined]);
});

it('the sliced distance of a shifted copy', () => {
  const points = shapePoints('spiral')!;
  const shifted = points.map((v, i) => (i % 2 === 0 ? v + 0.3 : v));
  expect(slicedDistance(points, points)).toBe(0);
  expect(slicedDistance(points, shifted)).toBeCloseTo(0.3 / Math.SQRT2, 6);
});
