import { MetricError } from '../errors';
import type { Pieces } from '../task';
import { addProduct } from './product';

/** S = Pᵀ Uᵀ U P. */
export interface PivotedFactor {
  readonly rank: number;
  /** Upper trapezoidal [rank, size] in an array with rows of `size`; what lies below the diagonal is not meant. */
  readonly upper: Float64Array;
  /** Row i of P S Pᵀ is row `order[i]` of S. */
  readonly order: Int32Array;
}

const BLOCK = 32;

/** A share of a variance that cannot come from rounding: what falls below zero by more is no covariance. */
const INDEFINITE = 1e-6;

/** Exchanges rows and columns p < q of a symmetric matrix of which the upper triangle is kept, factored rows included. */
function exchange(a: Float64Array, size: number, p: number, q: number): void {
  const swap = (x: number, y: number) => {
    const value = a[x]!;
    a[x] = a[y]!;
    a[y] = value;
  };
  for (let i = 0; i < p; i++) swap(i * size + p, i * size + q);
  swap(p * size + p, q * size + q);
  for (let i = p + 1; i < q; i++) swap(p * size + i, i * size + q);
  for (let i = q + 1; i < size; i++) swap(p * size + i, q * size + i);
}

function swapAt<T extends Float64Array | Int32Array>(array: T, p: number, q: number): void {
  const value = array[p]!;
  array[p] = array[q]!;
  array[q] = value;
}

/** What is left when no variance is: nothing but rounding, or `matrix` was no covariance. */
function checkRest(a: Float64Array, size: number, rank: number, rest: Float64Array, variances: Float64Array): void {
  for (let i = rank; i < size; i++) {
    let worst = Math.max(0, -rest[i]!) / (variances[i]! || Number.MIN_VALUE);
    for (let j = i + 1; j < size; j++) {
      const scale = Math.sqrt(variances[i]! * variances[j]!);
      worst = Math.max(worst, Math.abs(a[i * size + j]!) / (scale || Number.MIN_VALUE));
    }
    if (worst > INDEFINITE) {
      throw new MetricError('the covariance has a negative eigenvalue, far beyond rounding: it is no covariance');
    }
  }
}

/**
 * Cholesky factor with complete pivoting of a positive semi-definite matrix, blocked (Hammarling, Higham and Lucas 2007,
 * "LAPACK-style codes for pivoted Cholesky"), that stops at the numerical rank: a variance of which only size·ε of what it
 * was is left counts as nothing, since that much each sum may be off.
 * @param matrix [size, size], of which the upper triangle is read
 * @param limit stop at this rank and return undefined if more is left
 * @throws MetricError for a matrix with a negative eigenvalue
 */
export function* pivotedCholesky(matrix: Float64Array, size: number, limit = size): Pieces<PivotedFactor | undefined> {
  const a = matrix.slice();
  const order = Int32Array.from({ length: size }, (_, i) => i);
  const variances = Float64Array.from(order, (i) => a[i * size + i]!);
  /** What is left of the variances. */
  const rest = variances.slice();
  const relative = size * Number.EPSILON;
  let rank = 0;
  while (rank < size) {
    const start = rank;
    const end = Math.min(size, start + BLOCK);
    let full = true;
    for (let k = start; k < end; k++) {
      let pivot = -1;
      let largest = 0;
      for (let i = k; i < size; i++) {
        if (rest[i]! > largest && rest[i]! > relative * variances[i]!) {
          pivot = i;
          largest = rest[i]!;
        }
      }
      if (pivot < 0) {
        full = false;
        break;
      }
      if (k === limit) return undefined;
      if (pivot !== k) {
        exchange(a, size, k, pivot);
        swapAt(order, k, pivot);
        swapAt(variances, k, pivot);
        swapAt(rest, k, pivot);
      }
      const row = k * size;
      for (let p = start; p < k; p++) {
        const factor = a[p * size + k]!;
        if (factor === 0) continue;
        const above = p * size;
        for (let j = k + 1; j < size; j++) a[row + j]! -= factor * a[above + j]!;
      }
      const root = Math.sqrt(largest);
      a[row + k] = root;
      for (let j = k + 1; j < size; j++) {
        const value = a[row + j]! / root;
        a[row + j] = value;
        rest[j]! -= value * value;
      }
      rank++;
      yield (k - start + 1) * (size - k);
    }
    const left = size - rank;
    if (left > 0 && rank > start) {
      const panel = { data: a, offset: start * size + rank, rowStride: 1, depthStride: size };
      const to = { data: a, offset: rank * size + rank, stride: size };
      yield* addProduct({
        to,
        a: panel,
        b: panel,
        rows: left,
        columns: left,
        depth: rank - start,
        sign: -1,
        only: 'upper',
      });
    }
    if (!full) break;
  }
  checkRest(a, size, rank, rest, variances);
  return { rank, upper: a, order };
}
