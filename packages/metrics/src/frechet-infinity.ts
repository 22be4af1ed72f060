import { MetricError } from './errors';
import { frechetSetsTask, frechetTask } from './frechet';
import { checkFeatures, checkMoments, checkSameSize, type FeatureSet, type Moments } from './moments';
import { stream, subset } from './random';
import { statisticsPieces } from './statistics';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

export interface InfinityOptions {
  /** How many subset sizes, evenly spaced up to all vectors. Default 15. */
  readonly points?: number;
  /** The smallest subset. Default: a tenth of the vectors, but not below 2. */
  readonly smallest?: number;
  /** Of the draw of the subsets. Default 0. */
  readonly seed?: number;
}

/** A straight line through the Fréchet distances of subsets, over 1/N. */
export interface FrechetInfinity {
  /** Where the line meets 1/N = 0: the distance that infinitely many samples would have. */
  readonly value: number;
  /** `slope / N` is the bias that N samples bring. */
  readonly slope: number;
  readonly sizes: readonly number[];
  /** The distance of each subset. */
  readonly distances: readonly number[];
}

const isMoments = (reference: Moments | FeatureSet): reference is Moments => 'covariance' in reference;

/** Evenly spaced whole numbers, both ends included. */
function sizesBetween(smallest: number, largest: number, points: number): number[] {
  return Array.from({ length: points }, (_, i) => Math.floor(smallest + ((largest - smallest) * i) / (points - 1)));
}

function rowsOf({ rows, size }: FeatureSet, indices: Int32Array): FeatureSet {
  const data = new Float64Array(indices.length * size);
  indices.forEach((index, i) => {
    data.set(rows.subarray(index * size, (index + 1) * size), i * size);
  });
  return { count: indices.length, size, rows: data };
}

/** Least squares of y on x. */
function line(x: readonly number[], y: readonly number[]): { readonly intercept: number; readonly slope: number } {
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanY = y.reduce((sum, value) => sum + value, 0) / y.length;
  const squares = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const slope = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0) / squares;
  return { intercept: meanY - slope * meanX, slope };
}

/** The task of {@link frechetDistanceInfinity}. */
export function frechetInfinityTask(
  samples: FeatureSet,
  reference: Moments | FeatureSet,
  { points = 15, seed = 0, smallest = Math.max(2, Math.floor(samples.count / 10)) }: InfinityOptions = {},
): Task<FrechetInfinity> {
  checkFeatures(samples, 'the samples');
  if (isMoments(reference)) checkMoments(reference, 'the reference');
  else checkFeatures(reference, 'the reference');
  checkSameSize(
    samples.size,
    isMoments(reference) ? reference.mean.length : reference.size,
    'the samples',
    'the reference',
  );
  const { count } = samples;
  if (!Number.isSafeInteger(points) || points < 2)
    throw new MetricError(`a line takes 2 points or more, not ${points}`);
  if (!Number.isSafeInteger(smallest) || smallest < 2 || smallest >= count) {
    throw new MetricError(`a smallest subset of ${smallest}, expected 2 to ${count - 1}, below the number of samples`);
  }
  const sizes = sizesBetween(smallest, count, points);
  /** The distance of a subset, with the reference as it is used. */
  const distanceOf = (set: FeatureSet, to: Moments | FeatureSet): Task<number> => {
    if (!isMoments(to)) return frechetSetsTask(set, to);
    return {
      work: frechetTask({ mean: to.mean, covariance: to.covariance }, to).work + 0.5 * set.count * set.size ** 2,
      *pieces() {
        return yield* frechetTask(yield* statisticsPieces(set), to).pieces();
      },
    };
  };
  const of = (size: number): FeatureSet => ({
    count: size,
    size: samples.size,
    rows: samples.rows.subarray(0, size * samples.size),
  });
  return {
    work: sizes.reduce((sum, size) => sum + distanceOf(of(size), reference).work, 0),
    *pieces(): Pieces<FrechetInfinity> {
      const distances: number[] = [];
      for (const [i, size] of sizes.entries()) {
        const chosen = size === count ? samples : rowsOf(samples, subset(seed, stream.distanceSubsets, i, size, count));
        distances.push(yield* distanceOf(chosen, reference).pieces());
      }
      const { intercept, slope } = line(
        sizes.map((size) => 1 / size),
        distances,
      );
      return { value: intercept, slope, sizes, distances };
    },
  };
}

/**
 * Fréchet distance of infinitely many samples, by extrapolation: FID∞ (Chong and Forsyth 2020, "Effectively unbiased FID and
 * Inception Score and where to find them", section 4). Each subset is drawn anew, without replacement. The bias goes with
 * 1/N only where N is well above the number of features, so with few samples the value is a rough one.
 * @throws MetricError for too few samples, sizes that differ, or a number that is none
 */
export function frechetDistanceInfinity(
  samples: FeatureSet,
  reference: Moments | FeatureSet,
  options?: InfinityOptions & TaskOptions,
): FrechetInfinity {
  return compute(frechetInfinityTask(samples, reference, options), options);
}
