import { MetricError } from './errors';
import { frechetTask } from './frechet';
import { pivotedCholesky } from './linear/cholesky';
import { addProduct } from './linear/product';
import { checkMoments, type Moments } from './moments';
import { normals, stream } from './random';
import { statisticsPieces } from './statistics';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

export interface ExpectedBiasOptions {
  /** Of the draw. Default 0. */
  readonly seed?: number;
}

/** As many draws for each feature are enough: beyond, the bias falls with 1/N. */
const DRAWS_PER_FEATURE = 2;

/** `count` draws of a normal distribution of this covariance and mean zero. */
function* draws(covariance: Float64Array, size: number, count: number, seed: number) {
  const { order, rank, upper } = (yield* pivotedCholesky(covariance, size))!;
  const noise = normals(seed, stream.normalSamples, 0, count * rank);
  // Rows of U below its diagonal hold what was there before.
  for (let i = 0; i < rank; i++) upper.fill(0, i * size, i * size + i);
  const drawn = new Float64Array(count * size);
  yield* addProduct({
    to: { data: drawn, stride: size },
    a: { data: noise, rowStride: rank, depthStride: 1 },
    b: { data: upper, rowStride: 1, depthStride: size },
    rows: count,
    columns: size,
    depth: rank,
  });
  const rows = new Float64Array(count * size);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) rows[i * size + order[j]!] = drawn[i * size + j]!;
  return { count, size, rows };
}

/** The task of {@link expectedBias}. */
export function expectedBiasTask(
  reference: Moments,
  count: number,
  { seed = 0 }: ExpectedBiasOptions = {},
): Task<number> {
  checkMoments(reference, 'the reference');
  if (!Number.isSafeInteger(count) || count < 2)
    throw new MetricError(`the bias of ${count} samples; it takes at least 2`);
  const { covariance, mean } = reference;
  const size = mean.length;
  const drawn = Math.min(count, DRAWS_PER_FEATURE * size);
  return {
    work: 1.5 * drawn * size ** 2 + 1.5 * size ** 3,
    *pieces(): Pieces<number> {
      const moments = yield* statisticsPieces(yield* draws(covariance, size, drawn, seed));
      const zero = new Float64Array(size);
      return ((yield* frechetTask(moments, { mean: zero, covariance }).pieces()) * drawn) / count;
    },
  };
}

/**
 * About how large a Fréchet distance `count` perfect samples would have: as many draws (at most two for each feature, from
 * where it falls with 1/N to within a tenth) of the very normal distribution that the reference describes, compared with it. Real features are
 * not normal, so it is an estimate; a distance has to be well above it to say something about the samples.
 * @throws MetricError for fewer than two samples, or statistics that are none
 */
export function expectedBias(reference: Moments, count: number, options?: ExpectedBiasOptions & TaskOptions): number {
  return compute(expectedBiasTask(reference, count, options), options);
}
