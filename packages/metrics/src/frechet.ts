import { MetricError } from './errors';
import { pivotedCholesky } from './linear/cholesky';
import { addProduct } from './linear/product';
import { singularValues } from './linear/singular-values';
import { tridiagonalEigenvalues, tridiagonalize } from './linear/tridiagonal';
import { checkFeatures, checkMoments, checkSameSize, type FeatureSet, type Moments } from './moments';
import { statisticsPieces } from './statistics';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

/** An eigenvalue below zero by more than this share of the largest does not come from rounding. */
const INDEFINITE = 1e-6;

/** The largest number of a diagonal, without its sign. */
function largestVariance(matrix: Float64Array, size: number): number {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(matrix[i * size + i]!));
  return largest;
}

/**
 * tr (A B)^½ of two covariances. With the pivoted factor of one of them, A = Pᵀ UᵀU P, the eigenvalues of A B are those of
 * the symmetric U (P B Pᵀ) Uᵀ. It is graded, its large elements first, so that also the small ones come out right; and it
 * has the smaller rank of the two, so that no zero is computed, whose root would be 1e-8.
 */
function* traceOfRoot(a: Float64Array, b: Float64Array, size: number): Pieces<number> {
  const first = (yield* pivotedCholesky(a, size))!;
  const second = first.rank < size ? yield* pivotedCholesky(b, size, first.rank - 1) : undefined;
  const { order, rank, upper } = second ?? first;
  const other = second ? a : b;
  if (rank === 0) return 0;

  const permuted = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const from = order[i]! * size;
    for (let j = 0; j < size; j++) permuted[i * size + j] = other[from + order[j]!]!;
  }
  const factor = { data: upper, rowStride: size, depthStride: 1 };
  // Row j of U B for columns from j on: what is left of them is multiplied by zeros of U.
  const half = new Float64Array(rank * size);
  yield* addProduct({
    to: { data: half, stride: size },
    a: factor,
    b: { data: permuted, rowStride: size, depthStride: 1 },
    rows: rank,
    columns: size,
    depth: size,
    only: 'upper',
    triangular: true,
  });
  const whole = new Float64Array(rank * rank);
  yield* addProduct({
    to: { data: whole, stride: rank },
    a: factor,
    b: { data: half, rowStride: size, depthStride: 1 },
    rows: rank,
    columns: rank,
    depth: size,
    only: 'lower',
    triangular: true,
  });
  // To about one, so that no square overflows.
  const scale = largestVariance(whole, rank);
  if (scale === 0) return 0;
  for (let i = 0; i < whole.length; i++) whole[i]! /= scale;
  const values = tridiagonalEigenvalues(yield* tridiagonalize(whole, rank));
  const least = (-INDEFINITE * largestVariance(a, size) * largestVariance(b, size)) / scale;
  let sum = 0;
  for (const value of values) {
    if (value < least) {
      throw new MetricError('a covariance has a negative eigenvalue, far beyond rounding: it is no covariance');
    }
    sum += Math.sqrt(Math.max(0, value));
  }
  return sum * Math.sqrt(scale);
}

/** The squared distance of two means. */
function squaredDistance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

function distance(means: number, traces: number, root: number): number {
  const value = means + traces - 2 * root;
  if (!Number.isFinite(value)) throw new MetricError('the features are too large: their squares are not finite');
  // Rounding may leave a little less than nothing between equal sets.
  return Math.max(0, value);
}

const trace = (matrix: Float64Array, size: number): number => {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * size + i]!;
  return sum;
};

/** Multiply-adds of {@link traceOfRoot}: factor, products, tridiagonal form. */
const rootWork = (size: number): number => (4 / 3) * size ** 3;

/** The task of {@link frechetDistance}. */
export function frechetTask(a: Moments, b: Moments): Task<number> {
  checkMoments(a, 'the first statistics');
  checkMoments(b, 'the second statistics');
  checkSameSize(a.mean.length, b.mean.length, 'the first set', 'the second');
  const size = a.mean.length;
  return {
    work: rootWork(size),
    *pieces() {
      const traces = trace(a.covariance, size) + trace(b.covariance, size);
      return distance(squaredDistance(a.mean, b.mean), traces, yield* traceOfRoot(a.covariance, b.covariance, size));
    },
  };
}

/**
 * Squared Fréchet distance of two normal distributions, |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½): FID, where the features are
 * pool3 of the FID Inception (Heusel et al. 2017, "GANs trained by a two time-scale update rule", equation 6). Real and
 * never below zero; covariances of any rank.
 * @throws MetricError for statistics of different sizes, or that are none
 */
export function frechetDistance(a: Moments, b: Moments, options?: TaskOptions): number {
  return compute(frechetTask(a, b), options);
}

/** Rows less their mean, with the mean. */
function centred({ count, rows, size }: FeatureSet): { readonly mean: Float64Array; readonly data: Float64Array } {
  const mean = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) mean[j]! += rows[i * size + j]!;
  for (let j = 0; j < size; j++) mean[j]! /= count;
  const data = new Float64Array(count * size);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) data[i * size + j] = rows[i * size + j]! - mean[j]!;
  return { mean, data };
}

const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

function* distanceByGram(a: FeatureSet, b: FeatureSet): Pieces<number> {
  const [few, many] = a.count <= b.count ? [a, b] : [b, a];
  const { size } = a;
  const x = centred(few);
  const y = centred(many);
  const gram = new Float64Array(few.count * many.count);
  yield* addProduct({
    to: { data: gram, stride: few.count },
    a: { data: y.data, rowStride: size, depthStride: 1 },
    b: { data: x.data, rowStride: size, depthStride: 1 },
    rows: many.count,
    columns: few.count,
    depth: size,
  });
  const nuclear = (yield* singularValues(gram, many.count, few.count)).reduce((sum, value) => sum + value, 0);
  return distance(
    squaredDistance(x.mean, y.mean),
    sumOfSquares(x.data) / (few.count - 1) + sumOfSquares(y.data) / (many.count - 1),
    nuclear / Math.sqrt((few.count - 1) * (many.count - 1)),
  );
}

/** Multiply-adds by way of the Gram matrix. */
const gramWork = ({ count: n, size }: FeatureSet, { count: m }: FeatureSet): number =>
  n * m * size + (4 / 3) * Math.min(n, m) ** 2 * (3 * Math.max(n, m) - Math.min(n, m));

const momentsWork = ({ count, size }: FeatureSet): number => 0.5 * count * size ** 2;

/** Numbers of a Gram matrix that are kept in memory: 512 MiB. */
const MOST_GRAM = 2 ** 26;

/** The task of {@link frechetDistanceOfSets}. */
export function frechetSetsTask(a: FeatureSet, b: FeatureSet, route?: 'gram' | 'moments'): Task<number> {
  checkFeatures(a, 'the first set');
  checkFeatures(b, 'the second set');
  checkSameSize(a.size, b.size, 'the first set', 'the second');
  const byGram = gramWork(a, b);
  const byMoments = momentsWork(a) + momentsWork(b) + rootWork(a.size);
  const gram = route ? route === 'gram' : byGram < byMoments && a.count * b.count <= MOST_GRAM;
  if (gram) return { work: byGram, pieces: () => distanceByGram(a, b) };
  return {
    work: byMoments,
    *pieces() {
      const first = yield* statisticsPieces(a);
      const second = yield* statisticsPieces(b);
      return yield* frechetTask(first, second).pieces();
    },
  };
}

/**
 * {@link frechetDistance} of two sets of features. Where there are few vectors beside their size, it is computed from the
 * nuclear norm of the centred cross-Gram matrix, without a covariance: tr (Σ₁Σ₂)^½ = ‖X Yᵀ‖⁎ / √((n − 1)(m − 1)).
 * @throws MetricError for fewer than two vectors, sizes that differ, or a number that is none
 */
export function frechetDistanceOfSets(a: FeatureSet, b: FeatureSet, options?: TaskOptions): number {
  return compute(frechetSetsTask(a, b), options);
}
