// Reference: the printed formulas, evaluated by hand at a few positions, and the moments that standardising must give.
import { describe, expect, it } from 'vitest';
import { gridCodes, lineCodes } from './position-codes';
import { fixture } from './testing/networks';
import { timeFeatures } from './time-embedding';

describe('position codes', () => {
  it('of a line are all sines, then all cosines', () => {
    const { sin, cos } = Math;
    const expected = [
      ...[0, 0, 1, 1],
      ...[sin(500), sin(5), cos(500), cos(5)],
      ...[sin(1000), sin(10), cos(1000), cos(10)],
    ];
    lineCodes(3, 4, 1000).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 12);
    });
  });

  it('of a grid tell the row in the first half and the column in the second', () => {
    const grid = gridCodes(2, 3, 8, 1000);
    const [rows, columns] = [lineCodes(2, 4, 1000), lineCodes(3, 4, 1000)];
    for (let r = 0; r < 2; r++) {
      for (let c = 0; c < 3; c++) {
        const token = grid.subarray((r * 3 + c) * 8, (r * 3 + c + 1) * 8);
        expect(token.subarray(0, 4)).toEqual(rows.subarray(r * 4, r * 4 + 4));
        expect(token.subarray(4)).toEqual(columns.subarray(c * 4, c * 4 + 4));
      }
    }
  });

  it('of a single row or column are those of a line', () => {
    expect(gridCodes(1, 5, 6, 1000)).toEqual(lineCodes(5, 6, 1000));
    expect(gridCodes(5, 1, 6, 1000)).toEqual(lineCodes(5, 6, 1000));
    expect(Array.from(gridCodes(1, 1, 4, 1000))).toEqual([0, 0, 1, 1]);
  });
});

describe('time features', () => {
  const features = timeFeatures(fixture);

  it('at gamma 0 are the standardised [0, ..., 1, ...]', () => {
    expect(Array.from(features.compute([0]))).toEqual([-1, -1, -1, -1, 1, 1, 1, 1]);
  });

  it('have mean 0 and population deviation 1', () => {
    const rows = features.compute([1e-9, 0.3, 0.9999]);
    expect(rows).toHaveLength(3 * 8);
    for (let i = 0; i < 3; i++) {
      const row = rows.subarray(8 * i, 8 * i + 8);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(0, 5);
      expect(row.reduce((a, b) => a + b * b, 0) / 8).toBeCloseTo(1, 5);
    }
  });

  it('keep the digits of large angles', () => {
    // sin(1000·γ) in double precision; the angle in float32 would be off by 3e-5.
    const [g, w] = [0.87654321, 8];
    const angles = [0, 1, 2, 3].map((k) => 1000 * g * 10000 ** (-k / 4));
    const raw = [...angles.map(Math.sin), ...angles.map(Math.cos)];
    const mean = raw.reduce((a, b) => a + b) / w;
    const std = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / w);
    features.compute([g]).forEach((v, i) => {
      expect(v).toBeCloseTo((raw[i]! - mean) / std, 6);
    });
  });
});
