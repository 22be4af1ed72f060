// References: eigenvalues known in closed form (the second difference, rotated diagonals), the definition of a factor, and
// sums that eigenvalues and singular values keep.
import { describe, expect, it } from 'vitest';
import type { Pieces } from '../task';
import { normalSet, rotated } from '../testing/sets';
import { pivotedCholesky } from './cholesky';
import { singularValues } from './singular-values';
import { tridiagonalEigenvalues, tridiagonalize } from './tridiagonal';

function finish<T>(pieces: Pieces<T>): T {
  let step = pieces.next();
  while (!step.done) step = pieces.next();
  return step.value;
}
const eigenvalues = (matrix: Float64Array, size: number) =>
  tridiagonalEigenvalues(finish(tridiagonalize(matrix.slice(), size))).sort();
const relative = (found: Float64Array, expected: Float64Array) =>
  found.reduce((worst, value, i) => Math.max(worst, Math.abs(value / expected[i]! - 1)), 0);

describe('eigenvalues', () => {
  it.each([1, 2, 3, 50, 201])('of the second difference of %i numbers: 2 − 2 cos(kπ/(n + 1))', (size) => {
    const expected = Float64Array.from(
      { length: size },
      (_, k) => 4 * Math.sin(((k + 1) * Math.PI) / (2 * (size + 1))) ** 2,
    );
    const found = tridiagonalEigenvalues({
      diagonal: new Float64Array(size).fill(2),
      beside: new Float64Array(size - 1).fill(-1),
    }).sort();
    expect(found.every((value, i) => Math.abs(value - expected[i]!) < 1e-14 * Math.sqrt(size))).toBe(true);
  });

  it.each([2, 5, 64, 203])('of a rotated diagonal of %i numbers, of both signs and some equal', (size) => {
    const values = Float64Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 4);
    const found = eigenvalues(rotated(values, 3), size);
    values.sort().forEach((value, i) => {
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-12);
    });
  });

  it('of a graded matrix, the small ones to their last digits, either end first', () => {
    // D C D with a well-conditioned C: known by its determinant and by the trace of its inverse.
    const diagonal = Float64Array.of(1, 1e-5, 1e-10, 1e-15);
    const beside = Float64Array.of(0.3e-3, 0.2e-8, 0.4e-13);
    const down = tridiagonalEigenvalues({ diagonal, beside }).sort();
    const up = tridiagonalEigenvalues({
      diagonal: diagonal.slice().reverse(),
      beside: beside.slice().reverse(),
    }).sort();
    expect(relative(up, down)).toBeLessThan(1e-14);
    // The determinant by recurrence.
    const [a, b, c, d] = [...diagonal];
    const [e, f, g] = [...beside].map((value) => value * value);
    const product = a! * b! * c! * d! - e! * c! * d! - f! * a! * d! - g! * a! * b! + e! * g!;
    expect(Math.abs(down.reduce((x, y) => x * y) / product - 1)).toBeLessThan(1e-13);
  });

  it('zeros, and matrices that are diagonal already', () => {
    expect(eigenvalues(new Float64Array(25), 5)).toEqual(new Float64Array(5));
    expect(eigenvalues(Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 2), 3)).toEqual(Float64Array.of(-1, 2, 3));
  });
});

describe('the pivoted factor', () => {
  it.each([
    [6, 6],
    [70, 70],
    [70, 33],
    [100, 1],
    [40, 0],
  ])('of %i dimensions and rank %i gives the matrix back', (size, rank) => {
    const root = normalSet(size, Math.max(1, rank), 2).rows.map((value, i) => value * 10 ** ((-5 * (i % rank)) / size));
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < rank; k++) matrix[i * size + j]! += root[i * rank + k]! * root[j * rank + k]!;
      }
    }
    const factor = finish(pivotedCholesky(matrix, size))!;
    expect(factor.rank).toBe(rank);
    expect([...factor.order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < Math.min(rank, i + 1); k++)
          sum += factor.upper[k * size + i]! * factor.upper[k * size + j]!;
        expect(Math.abs(sum - matrix[factor.order[i]! * size + factor.order[j]!]!)).toBeLessThan(1e-12);
      }
    }
    // Pivots fall: the factor is graded.
    for (let k = 1; k < rank; k++)
      expect(factor.upper[k * size + k]!).toBeLessThanOrEqual(factor.upper[(k - 1) * size + k - 1]!);
    expect(finish(pivotedCholesky(matrix, size, rank))?.rank).toBe(rank);
    if (rank > 0) expect(finish(pivotedCholesky(matrix, size, rank - 1))).toBeUndefined();
  });

  it('finds variances of any scale', () => {
    const scales = Float64Array.of(1e-12, 1e12, 1, 1e-20);
    const matrix = new Float64Array(16);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) matrix[i * 4 + j] = (i === j ? 1 : 0.5) * scales[i]! * scales[j]!;
    const { order, rank, upper } = finish(pivotedCholesky(matrix, 4))!;
    expect([rank, [...order]]).toEqual([4, [1, 2, 0, 3]]);
    // One minus the squared correlation with all before: 1, 3/4, 2/3, 5/8.
    [1, 3 / 4, 2 / 3, 5 / 8].forEach((share, k) => {
      expect(Math.abs(upper[k * 5]! / scales[order[k]!]! / Math.sqrt(share) - 1)).toBeLessThan(1e-14);
    });
  });
});

describe('singular values', () => {
  it.each([
    [1, 1],
    [5, 3],
    [60, 60],
    [200, 31],
  ])('of %i × %i: those of Q D Rᵀ, zeros included', (rows, columns) => {
    const values = Float64Array.from({ length: columns }, (_, i) => (i % 5 === 4 ? 0 : 2 ** -i));
    // Columns of a rotation, scaled, and rotated among themselves.
    const q = rotated(
      Float64Array.from({ length: rows }, (_, i) => (i % 2 ? 1 : -1)),
      4,
    );
    const r = rotated(
      Float64Array.from({ length: columns }, (_, i) => (i % 3 ? 1 : -1)),
      6,
    );
    const matrix = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let k = 0; k < columns; k++)
          matrix[i * columns + j]! += q[i * rows + k]! * values[k]! * r[k * columns + j]!;
      }
    }
    const found = finish(singularValues(matrix, rows, columns)).sort();
    expect(found).toHaveLength(columns);
    values.sort().forEach((value, i) => {
      expect(Math.abs(found[i]! - value)).toBeLessThan(3e-15);
    });
  });

  it('their squares sum up to those of the elements', () => {
    const rows = normalSet(90, 40, 8).rows as Float64Array;
    const squares = rows.reduce((sum, value) => sum + value * value, 0);
    const found = finish(singularValues(rows.slice(), 90, 40));
    expect(Math.abs(found.reduce((sum, value) => sum + value * value, 0) / squares - 1)).toBeLessThan(1e-13);
  });
});
