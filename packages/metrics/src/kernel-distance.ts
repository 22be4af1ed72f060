import { MetricError } from './errors';
import { checkFeatures, checkSameSize, type FeatureSet, pickRows } from './moments';
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

/** Sums of the kernel over pairs. */
interface KernelSums {
  readonly all: number;
  /** Over the pairs of each part. */
  readonly parts: Float64Array;
}

/** Rows of both sets, each in ascending order. */
type Part = readonly [a: Int32Array, b: Int32Array];

/** Those of some ascending numbers that are at least `from` and below `to`. */
function between(sorted: Int32Array, from: number, to: number): Int32Array {
  const firstAtLeast = (value: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return sorted.subarray(firstAtLeast(from), firstAtLeast(to));
}

/** Over all pairs, and over those of some parts; of a set with itself, over pairs of two different vectors. */
function* kernelSums(a: FeatureSet, b: FeatureSet, parts: readonly Part[]): Pieces<KernelSums> {
  const { size } = a;
  const same = a === b;
  let all = 0;
  const sums = new Float64Array(parts.length);
  yield* visitPairs(a, b, ({ columns, dots: values, firstColumn, firstRow, rows }) => {
    for (let at = 0; at < rows * columns; at++) values[at] = kernel(values[at]!, size);
    const diagonal = same && firstColumn === firstRow;
    if (diagonal) for (let i = 0; i < rows; i++) values[i * columns + i] = 0;
    const weight = same && !diagonal ? 2 : 1;
    let here = 0;
    for (let at = 0; at < rows * columns; at++) here += values[at]!;
    all += weight * here;
    for (const [index, [chosenA, chosenB]] of parts.entries()) {
      const chosenRows = between(chosenA, firstRow, firstRow + rows);
      const chosenColumns = between(chosenB, firstColumn, firstColumn + columns);
      let sum = 0;
      for (const row of chosenRows) {
        const at = (row - firstRow) * columns - firstColumn;
        for (const column of chosenColumns) sum += values[at + column]!;
      }
      sums[index]! += weight * sum;
    }
  });
  return { all, parts: sums };
}

/** Unbiased estimate of the squared maximum mean discrepancy (Gretton et al. 2012, equation 3) from sums of n and m vectors. */
const discrepancy = (aa: number, bb: number, ab: number, n: number, m: number): number =>
  aa / (n * (n - 1)) + bb / (m * (m - 1)) - (2 * ab) / (n * m);

/** Estimate of two sets, and of parts of them. */
function* estimate(
  a: FeatureSet,
  b: FeatureSet,
  subsets: readonly KernelSubset[],
): Pieces<{ readonly full: number; readonly values: readonly number[] }> {
  const sorted = subsets.map((each): Part => [Int32Array.from(each.a).sort(), Int32Array.from(each.b).sort()]);
  const aa = yield* kernelSums(
    a,
    a,
    sorted.map(([rows]) => [rows, rows]),
  );
  const bb = yield* kernelSums(
    b,
    b,
    sorted.map(([, rows]) => [rows, rows]),
  );
  const ab = yield* kernelSums(a, b, sorted);
  return {
    full: discrepancy(aa.all, bb.all, ab.all, a.count, b.count),
    values: sorted.map(([rowsA, rowsB], i) =>
      discrepancy(aa.parts[i]!, bb.parts[i]!, ab.parts[i]!, rowsA.length, rowsB.length),
    ),
  };
}

const estimateWork = (a: FeatureSet, b: FeatureSet): number => pairsWork(a, a) + pairsWork(b, b) + pairsWork(a, b);

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
    if (new Set(Array.from(indices)).size < indices.length) throw new MetricError('a subset has a row twice');
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

/** Whether all pairs of both sets are fewer than those of the subsets together. */
const isShared = (a: FeatureSet, b: FeatureSet, subsets: readonly KernelSubset[]): boolean =>
  estimateWork(a, b) <= subsetsWork(a, b, subsets);

function subsetsWork(a: FeatureSet, b: FeatureSet, subsets: readonly KernelSubset[]): number {
  const of = (set: FeatureSet): FeatureSet => ({ ...set, count: subsets[0]!.a.length });
  return subsets.length * estimateWork(of(a), of(b));
}

function* measure(
  a: FeatureSet,
  b: FeatureSet,
  subsets: readonly KernelSubset[],
  full: boolean,
): Pieces<KernelDistance> {
  const shared = isShared(a, b, subsets);
  const whole = shared || full ? yield* estimate(a, b, shared ? subsets : []) : undefined;
  const values = shared ? [...whole!.values] : [];
  if (!shared) {
    for (const each of subsets) values.push((yield* estimate(pickRows(a, each.a), pickRows(b, each.b), [])).full);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    ...(full && { full: whole!.full }),
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
  const shared = isShared(a, b, subsets);
  return {
    work: (shared ? 0 : subsetsWork(a, b, subsets)) + (shared || full ? estimateWork(a, b) : 0),
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
