import { MetricError } from './errors';
import { checkMoments, type Moments } from './moments';
import { checkMadeAlike, type MadeBy, type Statistics } from './statistics-file';

/** One of several statistics, and what messages call it. */
export interface NamedStatistics {
  readonly name: string;
  readonly statistics: Statistics;
}

/** Mean and covariance of two sets together (Chan, Golub and LeVeque 1979), exact but for rounding. */
function mergeTwo(a: Moments & { readonly count: number }, b: Moments & { readonly count: number }) {
  const size = a.mean.length;
  const count = a.count + b.count;
  const difference = Float64Array.from(b.mean, (value, i) => value - a.mean[i]!);
  const mean = Float64Array.from(a.mean, (value, i) => value + (difference[i]! * b.count) / count);
  const apart = (a.count * b.count) / count;
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const at = i * size + j;
      const squares = (a.count - 1) * a.covariance[at]! + (b.count - 1) * b.covariance[at]!;
      covariance[at] = (squares + apart * difference[i]! * difference[j]!) / (count - 1);
    }
  }
  return { count, mean, covariance };
}

function counted(moments: Moments, name: string): Moments & { readonly count: number } {
  const { count, covariance, mean } = moments;
  checkMoments(moments, name);
  if (count !== undefined) return { count, mean, covariance };
  throw new MetricError(`${name}: it does not say how many images its statistics are of, so they cannot be merged`);
}

const made = ({ digest, network, resize }: Statistics): MadeBy => ({
  ...(network !== undefined && { network }),
  ...(digest !== undefined && { digest }),
  ...(resize !== undefined && { resize }),
});

/**
 * Statistics of shards as those of all their images.
 * @throws MetricError naming the shard that does not tell its number of images, or is not made as the first is
 */
export function mergeStatistics(shards: readonly NamedStatistics[]): Statistics {
  const [first, ...rest] = shards;
  if (first === undefined) throw new MetricError('no statistics to merge');
  let moments = counted(first.statistics.moments, first.name);
  let spatial = first.statistics.spatial && counted(first.statistics.spatial, first.name);
  for (const { name, statistics } of rest) {
    checkMadeAlike(statistics, first.statistics, name, first.name);
    const { mean } = statistics.moments;
    if (mean.length !== moments.mean.length) {
      throw new MetricError(`${name} has features of size ${mean.length}, ${first.name} of ${moments.mean.length}`);
    }
    moments = mergeTwo(moments, counted(statistics.moments, name));
    spatial = spatial && statistics.spatial && mergeTwo(spatial, counted(statistics.spatial, name));
  }
  return { moments, ...(spatial && { spatial }), ...made(first.statistics) };
}
