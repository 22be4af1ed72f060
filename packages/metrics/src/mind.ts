import { MetricError } from './errors';
import { addProduct } from './linear/product';
import { checkFeatures, checkSameSize, type FeatureSet } from './moments';
import { normals, stream } from './random';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

export interface MindOptions {
  /** How many random directions, or [directions, size] unit vectors. Default 1000. */
  readonly directions?: number | Float64Array;
  /** Of the directions. Default 0. */
  readonly seed?: number;
}

/** Directions that are projected on at a time. */
const BLOCK = 32;

/**
 * Squared 2-Wasserstein distance of two sets of numbers, each of equal weights, both in ascending order: the integral of
 * the squared difference of their quantile functions, which are steps.
 */
export function squaredWasserstein(a: Float64Array, b: Float64Array): number {
  const [n, m] = [a.length, b.length];
  let sum = 0;
  if (n === m) {
    for (let i = 0; i < n; i++) sum += (a[i]! - b[i]!) ** 2;
    return sum / n;
  }
  // In units of 1/(n m): a step of a is m long, one of b is n long.
  let at = 0;
  let i = 0;
  let j = 0;
  while (i < n && j < m) {
    const end = Math.min((i + 1) * m, (j + 1) * n);
    sum += (end - at) * (a[i]! - b[j]!) ** 2;
    at = end;
    if (end === (i + 1) * m) i++;
    if (end === (j + 1) * n) j++;
  }
  return sum / (n * m);
}

/** Unit vectors [count, size] from a seed. */
function unitVectors(first: number, count: number, size: number, seed: number): Float64Array {
  const vectors = normals(seed, stream.directions, first * size, count * size);
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * size, (i + 1) * size);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < size; k++) vector[k]! /= norm;
  }
  return vectors;
}

/** Products of all vectors with some directions, each direction's in ascending order: [directions, count]. */
function* sortedProjections(set: FeatureSet, directions: Float64Array, count: number): Pieces<Float64Array[]> {
  const { size } = set;
  const projected = new Float64Array(count * set.count);
  yield* addProduct({
    to: { data: projected, stride: set.count },
    a: { data: directions, rowStride: size, depthStride: 1 },
    b: { data: set.rows, rowStride: size, depthStride: 1 },
    rows: count,
    columns: set.count,
    depth: size,
  });
  return Array.from({ length: count }, (_, i) => projected.subarray(i * set.count, (i + 1) * set.count).sort());
}

function* measure(
  a: FeatureSet,
  b: FeatureSet,
  count: number,
  directionsOf: (first: number, count: number) => Float64Array,
): Pieces<number> {
  let sum = 0;
  for (let first = 0; first < count; first += BLOCK) {
    const length = Math.min(BLOCK, count - first);
    const directions = directionsOf(first, length);
    const sortedA = yield* sortedProjections(a, directions, length);
    const sortedB = yield* sortedProjections(b, directions, length);
    for (let i = 0; i < length; i++) sum += squaredWasserstein(sortedA[i]!, sortedB[i]!);
  }
  const value = (3 * a.size * sum) / count;
  if (!Number.isFinite(value)) throw new MetricError('the features are too large: their squares are not finite');
  return value;
}

/** The task of {@link mind}. */
export function mindTask(
  a: FeatureSet,
  b: FeatureSet,
  { directions = 1000, seed = 0 }: MindOptions = {},
): Task<number> {
  checkFeatures(a, 'the first set', 1);
  checkFeatures(b, 'the second set', 1);
  checkSameSize(a.size, b.size, 'the first set', 'the second');
  const { size } = a;
  const given = typeof directions !== 'number';
  const count = given ? directions.length / size : directions;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new MetricError(
      `${given ? `directions of ${directions.length} numbers` : count} are no directions of size ${size}`,
    );
  }
  const directionsOf = (first: number, length: number) =>
    given ? directions.subarray(first * size, (first + length) * size) : unitVectors(first, length, size, seed);
  return { work: (a.count + b.count) * size * count, pieces: () => measure(a, b, count, directionsOf) };
}

/**
 * Monge Inception distance: 3 d times the mean over random directions of the squared 2-Wasserstein distance of the
 * projected sets (MIND, as torch-fidelity computes it). It stands on sorting alone and is made for few samples. Of sets of
 * unequal size all vectors count, where torch-fidelity drops some of the larger set at random.
 * @throws MetricError for empty sets, sizes that differ, or a number that is none
 */
export function mind(a: FeatureSet, b: FeatureSet, options?: MindOptions & TaskOptions): number {
  return compute(mindTask(a, b, options), options);
}
