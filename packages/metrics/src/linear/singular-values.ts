import type { Pieces } from '../task';
import { reflect } from './reflection';
import { tridiagonalEigenvalues } from './tridiagonal';

/** One pass: A −= t vᵀ over rows from `row` and columns from `column` on, and of the result z = Aᵀ u. */
function updateThenGather(
  a: Float64Array,
  [rows, columns]: readonly [number, number],
  [row, column]: readonly [number, number],
  { t, u, v, z }: Record<'t' | 'u' | 'v' | 'z', Float64Array>,
): void {
  z.fill(0, column);
  for (let i = row; i < rows; i++) {
    const at = i * columns;
    const ti = t[i]!;
    const ui = u[i]!;
    for (let j = column; j < columns; j++) {
      const x = a[at + j]! - ti * v[j]!;
      a[at + j] = x;
      z[j]! += ui * x;
    }
  }
}

/** One pass: A −= u zᵀ over rows and columns from the given ones on, and of the result t = A v. */
function updateThenMultiply(
  a: Float64Array,
  [rows, columns]: readonly [number, number],
  [row, column]: readonly [number, number],
  { t, u, v, z }: Record<'t' | 'u' | 'v' | 'z', Float64Array>,
): void {
  for (let i = row; i < rows; i++) {
    const at = i * columns;
    const ui = u[i]!;
    let sum = 0;
    for (let j = column; j < columns; j++) {
      const x = a[at + j]! - ui * z[j]!;
      a[at + j] = x;
      sum += x * v[j]!;
    }
    t[i] = sum;
  }
}

/**
 * Singular values of a matrix, in no particular order, each to rounding of the largest: Householder reflections from both
 * sides make it bidiagonal (Golub and Kahan 1965), whose singular values are the positive eigenvalues of a tridiagonal
 * matrix of twice its size.
 * @param a [rows, columns] with rows ≥ columns, row-major; overwritten
 */
export function* singularValues(a: Float64Array, rows: number, columns: number): Pieces<Float64Array> {
  const shape = [rows, columns] as const;
  const vectors = {
    t: new Float64Array(rows),
    u: new Float64Array(rows),
    v: new Float64Array(columns),
    z: new Float64Array(columns),
  };
  const { t, u, v, z } = vectors;
  const beside = new Float64Array(Math.max(0, 2 * columns - 1));
  for (let k = 0; k < columns; k++) {
    for (let i = k; i < rows; i++) u[i] = a[i * columns + k]! - t[i]! * v[k]!;
    const left = reflect(u, k, rows);
    beside[2 * k] = left.alpha;
    if (k === columns - 1) break;
    updateThenGather(a, shape, [k, k + 1], vectors);
    for (let j = k + 1; j < columns; j++) {
      z[j]! *= left.factor;
      v[j] = a[k * columns + j]! - u[k]! * z[j]!;
    }
    const right = reflect(v, k + 1, columns);
    beside[2 * k + 1] = right.alpha;
    updateThenMultiply(a, shape, [k + 1, k + 1], vectors);
    for (let i = k + 1; i < rows; i++) t[i]! *= right.factor;
    yield 4 * (rows - k) * (columns - k);
  }
  const largest = beside.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const both = tridiagonalEigenvalues(
    { diagonal: new Float64Array(2 * columns), beside },
    largest * Number.EPSILON ** 2,
  );
  // They come as ± each.
  return both
    .map(Math.abs)
    .sort()
    .filter((_, i) => i % 2 === 1);
}
