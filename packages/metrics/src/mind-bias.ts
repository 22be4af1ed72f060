import { MetricError } from './errors';
import { squaredWasserstein } from './mind';
import { checkFeatures, type FeatureSet } from './moments';
import { normals, stream } from './random';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

export interface MindBiasOptions {
  /** Of the draws. Default 0. */
  readonly seed?: number;
}

/** Pairs of sets that are drawn, so that the mean of their distances has a spread of some percent; of large sets fewer. */
const DRAWS = { least: 64, most: 512, numbers: 2 ** 19 };

/** Sum of the variances of all features. */
function totalVariance({ count, rows, size }: FeatureSet): number {
  const sums = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) sums[i % size]! += rows[i]!;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) squares += (rows[i]! - sums[i % size]! / count) ** 2;
  return squares / (count - 1);
}

/** The task of {@link mindBias}. */
export function mindBiasTask(reference: FeatureSet, count: number, { seed = 0 }: MindBiasOptions = {}): Task<number> {
  checkFeatures(reference, 'the reference');
  if (!Number.isSafeInteger(count) || count < 1) throw new MetricError(`the bias of ${count} samples; it takes one`);
  const drawn = count + reference.count;
  const draws = Math.min(DRAWS.most, Math.max(DRAWS.least, Math.ceil(DRAWS.numbers / drawn)));
  return {
    work: draws * drawn * Math.log2(drawn) + 2 * reference.rows.length,
    *pieces(): Pieces<number> {
      let sum = 0;
      for (let draw = 0; draw < draws; draw++) {
        const all = normals(seed, stream.projections, draw * drawn, drawn);
        sum += squaredWasserstein(all.slice(0, count).sort(), all.slice(count).sort());
        yield drawn * Math.log2(drawn);
      }
      return (3 * totalVariance(reference) * sum) / draws;
    },
  };
}

/**
 * About how large the MIND of `count` perfect samples to the reference would be, for both are drawn and neither is the
 * distribution itself. Along a direction the features are taken to be normal; their mean variance is that of all features by
 * their number, so MIND is 3 times the sum of the variances times the squared distance of `count` standard normal numbers to
 * as many as the reference has, of which the mean over some draws is taken.
 * @throws MetricError for a reference of fewer than two vectors, or no samples
 */
export function mindBias(reference: FeatureSet, count: number, options?: MindBiasOptions & TaskOptions): number {
  return compute(mindBiasTask(reference, count, options), options);
}
