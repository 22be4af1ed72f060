import { MetricError } from '../errors';
import { frechetSetsTask, frechetTask } from '../frechet';
import type { FeatureSet, Moments } from '../moments';
import { FeatureStatistics, statisticsPieces } from '../statistics';
import { computeAsync, type TaskOptions } from '../task';

/** Feature vectors of a set, or what was kept of them: enough for a Fréchet distance. */
export class FeatureCloud {
  private known: Moments | undefined;

  /**
   * @param set absent where the vectors were not kept
   * @param statistics of them, or undefined where they can be taken from the set
   */
  private constructor(
    readonly size: number,
    /** Absent where statistics from elsewhere do not tell it. */
    readonly count: number | undefined,
    readonly set: FeatureSet | undefined,
    private readonly statistics: FeatureStatistics | Moments | undefined,
  ) {}

  static ofSet(set: FeatureSet): FeatureCloud {
    return new FeatureCloud(set.size, set.count, set, undefined);
  }

  static ofStatistics(statistics: FeatureStatistics): FeatureCloud {
    return new FeatureCloud(statistics.size, statistics.count, undefined, statistics);
  }

  static ofMoments(moments: Moments): FeatureCloud {
    return new FeatureCloud(moments.mean.length, moments.count, undefined, moments);
  }

  /** Computed once. @throws MetricError for fewer than two vectors */
  async moments(options: TaskOptions): Promise<Moments> {
    const { set, statistics } = this;
    if (this.known !== undefined) return this.known;
    if (set !== undefined) {
      const work = 0.5 * set.count * set.size ** 2;
      this.known = await computeAsync({ work, pieces: () => statisticsPieces(set) }, options);
    } else this.known = statistics instanceof FeatureStatistics ? statistics.moments() : statistics!;
    return this.known;
  }

  /** The vectors. @throws MetricError naming what needs them where there are statistics alone */
  vectors(what: string, name: string): FeatureSet {
    if (this.set !== undefined) return this.set;
    throw new MetricError(`${what} needs the features of ${name}, which holds statistics alone`);
  }
}

/**
 * Fréchet distance by the way that costs less: from vectors where both sets are small, else from statistics, which each set
 * computes once for all distances.
 */
export async function cloudDistance(a: FeatureCloud, b: FeatureCloud, options: TaskOptions): Promise<number> {
  if (a.set !== undefined && b.set !== undefined && isFew(a.set, b.set)) {
    return computeAsync(frechetSetsTask(a.set, b.set, 'gram'), options);
  }
  const { signal } = options;
  const quiet = { ...(signal && { signal }) };
  return computeAsync(frechetTask(await a.moments(quiet), await b.moments(quiet)), options);
}

/** Numbers of a Gram matrix, 256 MiB. */
const MOST_GRAM = 2 ** 25;

function isFew(a: FeatureSet, b: FeatureSet): boolean {
  if (a.count * b.count > MOST_GRAM) return false;
  return frechetSetsTask(a, b, 'gram').work < frechetSetsTask(a, b, 'moments').work;
}
