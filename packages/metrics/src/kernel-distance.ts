import { MetricError } from './errors';
import { checkFeatures, checkSameSize, type FeatureSet } from './moments';
import { pairsWork, squaredNorms, visitPairs } from './pairs';
import { stream, subset } from './random';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

/** Rows of both sets that one subset takes; as many of each. */
export interface KernelSubset {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
}

export interface KernelDistanceOptions {
  /** How many subsets, or which. Default 100. */
  readonly subsets?: number | readonly KernelSubset[];
  /** Vectors of each set in a subset, drawn without replacement. Default 1000, or all if there are fewer. */
  readonly subsetSize?: number;
  /** Whether to compare all vectors too. Default: if neither set has more than 20,000. */
  readonly full?: boolean;
  /** Of the draw. Default 0. */
  readonly seed?: number;
}

/** KID. All of these may be a little below zero where sets are alike: the estimate is unbiased. */
export interface KernelDistance {
  /** The estimate from all vectors, where asked for. */
  readonly full?: number;
  /** Of the estimates of the subsets, as torch-fidelity and clean-fid give it. */
  readonly mean: number;
  /** Population standard deviation of the subsets' estimates, as torch-fidelity gives it. */
  readonly std: number;
  /** Of the mean, as if the subsets were independent: their sample standard deviation over √subsets; 0 for one. */
  readonly standardError: number;
  readonly subsets: number;
  readonly subsetSize: number;
  /** Estimate of each subset. */
  readonly values: readonly number[];
}

/** Above this, all pairs of two sets take longer than someone waits for without having asked. */
const MOST_FOR_FULL = 20_000;

/** k(x, y) = (x·y/d + 1)³. */
const kernel = (dot: number, size: number): number => (dot / size + 1) ** 3;

/** Sum of the kernel over all pairs; of a set with itself, over pairs of two different vectors. */
function* kernelSum(a: FeatureSet, b: FeatureSet): Pieces<number> {
  const { size } = a;
  let sum = 0;
  yield* visitPairs(a, b, ({ columns, dots, firstColumn, firstRow, rows }) => {
    let here = 0;
    for (let at = 0; at < rows * columns; at++) here += kernel(dots[at]!, size);
    if (a !== b) sum += here;
    else if (firstColumn > firstRow) sum += 2 * here;
    else {
      for (let i = 0; i < rows; i++) here -= kernel(dots[i * columns + i]!, size);
      sum += here;
    }
  });
  return sum;
}

/** Unbiased estimate of the squared maximum mean discrepancy (Gretton et al. 2012, equation 3). */
function* estimate(a: FeatureSet, b: FeatureSet): Pieces<number> {
  const [n, m] = [a.count, b.count];
  const within = (yield* kernelSum(a, a)) / (n * (n - 1)) + (yield* kernelSum(b, b)) / (m * (m - 1));
  return within - (2 * (yield* kernelSum(a, b))) / (n * m);
}

const estimateWork = (a: FeatureSet, b: FeatureSet): number => pairsWork(a, a) + pairsWork(b, b) + pairsWork(a, b);

/** Some rows of a set. */
function rowsOf({ rows, size }: FeatureSet, indices: ArrayLike<number>): FeatureSet {
  const data = new Float64Array(indices.length * size);
  for (let i = 0; i < indices.length; i++)
    data.set(rows.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
  return { count: indices.length, size, rows: data };
}

function checkSubset({ a, b }: KernelSubset, first: FeatureSet, second: FeatureSet): void {
  if (a.length !== b.length || a.length < 2) {
    throw new MetricError(`a subset of ${a.length} and ${b.length} vectors; it takes as many of each set, at least 2`);
  }
  for (const [indices, { count }] of [
    [a, first],
    [b, second],
  ] as const) {
    const beyond = Array.from(indices).find((index) => !Number.isSafeInteger(index) || index < 0 || index >= count);
    if (beyond !== undefined) throw new MetricError(`a subset has row ${beyond} of a set of ${count} vectors`);
  }
}

function subsetsOf(a: FeatureSet, b: FeatureSet, options: KernelDistanceOptions): readonly KernelSubset[] {
  const { seed = 0, subsets = 100, subsetSize } = options;
  if (typeof subsets !== 'number') {
    if (subsets.length === 0) throw new MetricError('no subsets given');
    for (const each of subsets) checkSubset(each, a, b);
    return subsets;
  }
  const fewest = Math.min(a.count, b.count);
  const size = subsetSize ?? Math.min(1000, fewest);
  if (!Number.isSafeInteger(subsets) || subsets < 1) throw new MetricError(`${subsets} subsets, expected 1 or more`);
  if (!Number.isSafeInteger(size) || size < 2 || size > fewest) {
    throw new MetricError(`subsets of ${size} vectors, expected 2 to ${fewest}, the size of the smaller set`);
  }
  return Array.from({ length: subsets }, (_, i) => ({
    a: subset(seed, stream.kernelSubsets, 2 * i, size, a.count),
    b: subset(seed, stream.kernelSubsets, 2 * i + 1, size, b.count),
  }));
}

function* measure(
  a: FeatureSet,
  b: FeatureSet,
  subsets: readonly KernelSubset[],
  full: boolean,
): Pieces<KernelDistance> {
  const values: number[] = [];
  for (const indices of subsets) values.push(yield* estimate(rowsOf(a, indices.a), rowsOf(b, indices.b)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    ...(full && { full: yield* estimate(a, b) }),
    mean,
    std: Math.sqrt(squares / values.length),
    standardError: values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : 0,
    subsets: values.length,
    subsetSize: subsets[0]!.a.length,
    values,
  };
}

/** The task of {@link kernelDistance}. */
export function kernelDistanceTask(
  a: FeatureSet,
  b: FeatureSet,
  options: KernelDistanceOptions = {},
): Task<KernelDistance> {
  checkFeatures(a, 'the first set');
  checkFeatures(b, 'the second set');
  checkSameSize(a.size, b.size, 'the first set', 'the second');
  const subsets = subsetsOf(a, b, options);
  const full = options.full ?? Math.max(a.count, b.count) <= MOST_FOR_FULL;
  const largest = Math.max(
    squaredNorms(a).reduce((x, y) => Math.max(x, y)),
    squaredNorms(b).reduce((x, y) => Math.max(x, y)),
  );
  if (!Number.isFinite(kernel(largest, a.size)))
    throw new MetricError('the features are too large: their cubes are not finite');
  const of = (set: FeatureSet): FeatureSet => ({ ...set, count: subsets[0]!.a.length });
  return {
    work: subsets.length * estimateWork(of(a), of(b)) + (full ? estimateWork(a, b) : 0),
    pieces: () => measure(a, b, subsets, full),
  };
}

/**
 * Kernel distance with the kernel (x·y/d + 1)³: KID, where the features are pool3 of an Inception (Bińkowski et al. 2018,
 * "Demystifying MMD GANs", section 4). Unbiased at any number of vectors, so fit for few.
 * @throws MetricError for fewer than two vectors, sizes that differ, subsets larger than a set, or a number that is none
 */
export function kernelDistance(
  a: FeatureSet,
  b: FeatureSet,
  options?: KernelDistanceOptions & TaskOptions,
): KernelDistance {
  return compute(kernelDistanceTask(a, b, options), options);
}
