import type { Pieces } from '../task';
import { reflect } from './reflection';

/** A symmetric tridiagonal matrix: `diagonal` [n], `beside` [n − 1]. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/**
 * One pass over rows and columns [from, size) of a lower triangle: A −= v wᵀ + w vᵀ, and of the result the product
 * y = A u. Two rows at a time, so that what is loaded of the vectors serves both.
 */
function updateAndMultiply(
  a: Float64Array,
  size: number,
  from: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  y: Float64Array,
): void {
  y.fill(0, from);
  let i = from;
  for (; i + 1 < size; i += 2) {
    const row0 = i * size;
    const row1 = row0 + size;
    const v0 = v[i]!;
    const w0 = w[i]!;
    const u0 = u[i]!;
    const v1 = v[i + 1]!;
    const w1 = w[i + 1]!;
    const u1 = u[i + 1]!;
    let sum0 = 0;
    let sum1 = 0;
    for (let j = from; j < i; j++) {
      const vj = v[j]!;
      const wj = w[j]!;
      const uj = u[j]!;
      const x0 = a[row0 + j]! - (v0 * wj + w0 * vj);
      const x1 = a[row1 + j]! - (v1 * wj + w1 * vj);
      a[row0 + j] = x0;
      a[row1 + j] = x1;
      sum0 += x0 * uj;
      sum1 += x1 * uj;
      y[j]! += x0 * u0 + x1 * u1;
    }
    const corner = a[row0 + i]! - 2 * v0 * w0;
    const below = a[row1 + i]! - (v1 * w0 + w1 * v0);
    const last = a[row1 + i + 1]! - 2 * v1 * w1;
    a[row0 + i] = corner;
    a[row1 + i] = below;
    a[row1 + i + 1] = last;
    y[i]! += sum0 + corner * u0 + below * u1;
    y[i + 1]! += sum1 + below * u0 + last * u1;
  }
  if (i < size) {
    const row = i * size;
    let sum = 0;
    for (let j = from; j < i; j++) {
      const x = a[row + j]! - (v[i]! * w[j]! + w[i]! * v[j]!);
      a[row + j] = x;
      sum += x * u[j]!;
      y[j]! += x * u[i]!;
    }
    const corner = a[row + i]! - 2 * v[i]! * w[i]!;
    a[row + i] = corner;
    y[i]! += sum + corner * u[i]!;
  }
}

/**
 * A symmetric matrix brought to tridiagonal form by Householder reflections from the first column on (Golub and Van Loan
 * 2013, algorithm 8.3.1): the eigenvalues stay. Each step updates the matrix and multiplies it in one pass over memory.
 * A matrix that is graded, with its large elements first, keeps small eigenvalues to nearly all their digits.
 * @param a [size, size], the lower triangle is read, and overwritten
 */
export function* tridiagonalize(a: Float64Array, size: number): Pieces<Tridiagonal> {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(Math.max(0, size - 1));
  // The reflection of the last step, whose update of the matrix is still to be done.
  let v = new Float64Array(size);
  let w = new Float64Array(size);
  let u = new Float64Array(size);
  let y = new Float64Array(size);
  let pending = false;
  for (let k = 0; k < size; k++) {
    diagonal[k] = a[k * size + k]! - 2 * v[k]! * w[k]!;
    if (k === size - 1) break;
    for (let i = k + 1; i < size; i++) u[i] = a[i * size + k]! - (v[i]! * w[k]! + w[i]! * v[k]!);
    const { alpha, factor } = reflect(u, k + 1, size);
    beside[k] = alpha;
    if (pending || factor !== 0) updateAndMultiply(a, size, k + 1, v, w, u, y);
    pending = factor !== 0;
    // w = factor (y − ½ factor (uᵀy) u), so that H A H = A − u wᵀ − w uᵀ.
    let dot = 0;
    for (let i = k + 1; i < size; i++) dot += u[i]! * y[i]!;
    for (let i = k + 1; i < size; i++) y[i] = factor * (y[i]! - 0.5 * factor * dot * u[i]!);
    [v, w, u, y] = [u, y, v, w];
    yield 2 * (size - k) ** 2;
  }
  return { diagonal, beside };
}

/** Sweeps over the matrix, for each of its rows: two or three are usual. */
const MOST_SWEEPS = 60;

/** One implicit QL sweep with Wilkinson's shift over rows first..last. */
function sweep(d: Float64Array, e: Float64Array, first: number, last: number): void {
  const slope = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = Math.hypot(slope, 1);
  let g = d[last]! - d[first]! + e[first]! / (slope + (slope < 0 ? -root : root));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = last - 1; i >= first; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = Math.sqrt(f * f + g * g);
    if (i < last - 1) e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      return;
    }
    s = f / r;
    c = g / r;
    const above = d[i + 1]! - p;
    const t = (d[i]! - above) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = above + p;
    g = c * t - b;
  }
  d[first]! -= p;
  e[first] = g;
}

/**
 * Eigenvalues of a symmetric tridiagonal matrix by the implicit QL method (Golub and Van Loan 2013, algorithm 8.3.2), in no
 * particular order. A part whose large end comes first is turned round, as LAPACK's dsteqr does, so that small eigenvalues
 * of a graded matrix keep their digits.
 * @param tolerance an element beside the diagonal up to this counts as zero; by default only beside its neighbours
 */
export function tridiagonalEigenvalues({ beside, diagonal }: Tridiagonal, tolerance = 0): Float64Array {
  const d = diagonal.slice();
  const e = beside.slice();
  const smallest = Math.max(tolerance, 1e-290);
  const negligible = (i: number) =>
    Math.abs(e[i]!) <= Number.EPSILON * Math.sqrt(Math.abs(d[i]!)) * Math.sqrt(Math.abs(d[i + 1]!)) ||
    Math.abs(e[i]!) <= smallest;

  let sweeps = 0;
  let first = 0;
  /** Where the part ends that has been turned as it should be. */
  let turned = -1;
  while (first < d.length) {
    let last = first;
    while (last < d.length - 1 && !negligible(last)) last++;
    if (last < d.length - 1) e[last] = 0;
    if (last === first) {
      first++;
      continue;
    }
    if (last !== turned) {
      turned = last;
      if (Math.abs(d[first]!) > Math.abs(d[last]!)) {
        d.subarray(first, last + 1).reverse();
        e.subarray(first, last).reverse();
      }
    }
    if (++sweeps > MOST_SWEEPS * d.length) throw new Error('eigenvalues were not found');
    sweep(d, e, first, last);
  }
  return d;
}
