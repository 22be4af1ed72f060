import { MetricError } from './errors';
import type { Reals } from './linear/product';

/** Mean and covariance of a set of feature vectors. */
export interface Moments {
  /** How many vectors; absent where a file does not say it. */
  readonly count?: number;
  /** [size] */
  readonly mean: Float64Array;
  /** [size, size], unbiased: divided by count − 1. */
  readonly covariance: Float64Array;
}

/** Feature vectors of a set of images. */
export interface FeatureSet {
  readonly count: number;
  readonly size: number;
  /** [count, size], row-major. */
  readonly rows: Reals;
}

/** Index of the first number that is none, or −1. */
function firstNotFinite(values: Reals): number {
  // A sum is finite only if all are, or if it overflows; only then does one look closer.
  for (let from = 0; from < values.length; from += 4096) {
    const end = Math.min(values.length, from + 4096);
    let sum = 0;
    for (let i = from; i < end; i++) sum += values[i]!;
    if (Number.isFinite(sum)) continue;
    for (let i = from; i < end; i++) if (!Number.isFinite(values[i]!)) return i;
  }
  return -1;
}

/**
 * @param what how messages call the set
 * @param least how many vectors it needs
 * @throws MetricError for too few vectors, an array of another length, or a number that is none, with its row
 */
export function checkFeatures({ count, rows, size }: FeatureSet, what: string, least = 2): void {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(size) || size < 1 || rows.length !== count * size) {
    throw new MetricError(`${what}: ${count} vectors of ${size} do not make ${rows.length} numbers`);
  }
  if (count < least) throw new MetricError(`${what}: ${count} of at least ${least} feature vectors`);
  const bad = firstNotFinite(rows);
  if (bad >= 0) {
    throw new MetricError(`${what}: feature ${bad % size} of row ${Math.floor(bad / size)} is ${rows[bad]}`);
  }
}

/** @throws MetricError for features of two sizes */
export function checkSameSize(a: number, b: number, whatA: string, whatB: string): void {
  if (a !== b) throw new MetricError(`${whatA} has features of size ${a}, ${whatB} of ${b}: two networks`);
}

/** Largest difference of two numbers that should be the same, beside the product of their standard deviations. */
const ASYMMETRY = 1e-6;

/**
 * @param what how messages call the statistics
 * @throws MetricError for shapes that disagree, numbers that are none, a negative variance, an asymmetric covariance
 */
export function checkMoments({ count, covariance, mean }: Moments, what: string): void {
  const size = mean.length;
  if (size < 1 || covariance.length !== size * size) {
    throw new MetricError(
      `${what}: a mean of ${size} numbers with a covariance of ${covariance.length}, expected ${size}²`,
    );
  }
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 2)) {
    throw new MetricError(`${what}: statistics of ${count} images; a covariance takes at least 2`);
  }
  const badMean = firstNotFinite(mean);
  if (badMean >= 0) throw new MetricError(`${what}: number ${badMean} of the mean is ${mean[badMean]}`);
  const bad = firstNotFinite(covariance);
  if (bad >= 0) {
    throw new MetricError(
      `${what}: number [${Math.floor(bad / size)}, ${bad % size}] of the covariance is ${covariance[bad]}`,
    );
  }
  for (let i = 0; i < size; i++) {
    const variance = covariance[i * size + i]!;
    if (variance < 0) throw new MetricError(`${what}: the variance of feature ${i} is ${variance}`);
    for (let j = 0; j < i; j++) {
      const difference = Math.abs(covariance[i * size + j]! - covariance[j * size + i]!);
      if (difference > 0 && difference > ASYMMETRY * Math.sqrt(variance * covariance[j * size + j]!)) {
        throw new MetricError(`${what}: the covariance is not symmetric at [${i}, ${j}]`);
      }
    }
  }
}

/** Some vectors of a set, in the order of the indices. */
export function pickRows({ rows, size }: FeatureSet, indices: ArrayLike<number>): FeatureSet {
  const length = indices.length * size;
  const picked = rows instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < indices.length; i++) {
    picked.set(rows.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
  }
  return { count: indices.length, size, rows: picked };
}
