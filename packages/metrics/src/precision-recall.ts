import { MetricError } from './errors';
import { checkFeatures, checkSameSize, type FeatureSet } from './moments';
import { nearestPieces, nearestWork } from './nearest';
import { DISTANCE_ERROR, pairsWork, squaredDistance, squaredNorms, visitPairs } from './pairs';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

export interface PrecisionRecallOptions {
  /** Radius of a vector's ball: the distance to the k-th nearest other vector of its set. Default 3. */
  readonly k?: number;
}

/** How far two sets cover each other. All are shares from 0 to 1, but density, which may be above. */
export interface PrecisionRecall {
  /** Samples that lie in a ball of the reference (Kynkäänniemi et al. 2019): fidelity. */
  readonly precision: number;
  /** Reference vectors that lie in a ball of the samples: variety. */
  readonly recall: number;
  /** Balls of the reference that a sample lies in, over k (Naeem et al. 2020): outliers of the reference weigh little. */
  readonly density: number;
  /** Reference vectors whose ball holds a sample. */
  readonly coverage: number;
  readonly k: number;
}

/** Squared radius of the ball of each vector. */
function* squaredRadii(set: FeatureSet, k: number): Pieces<Float64Array> {
  const { squared } = yield* nearestPieces(set, set, k);
  return Float64Array.from({ length: set.count }, (_, i) => squared[i * k + k - 1]!);
}

function* measure(samples: FeatureSet, reference: FeatureSet, k: number): Pieces<PrecisionRecall> {
  const radiiS = yield* squaredRadii(samples, k);
  const radiiR = yield* squaredRadii(reference, k);
  const normsS = squaredNorms(samples);
  const normsR = squaredNorms(reference);
  const precise = new Uint8Array(samples.count);
  const recalled = new Uint8Array(reference.count);
  const covered = new Uint8Array(reference.count);
  let inside = 0;
  yield* visitPairs(samples, reference, ({ columns, dots, firstColumn, firstRow, rows }) => {
    for (let r = 0; r < rows; r++) {
      const i = firstRow + r;
      const norm = normsS[i]!;
      const radius = radiiS[i]!;
      for (let c = 0; c < columns; c++) {
        const j = firstColumn + c;
        const sum = norm + normsR[j]!;
        const error = DISTANCE_ERROR * sum;
        let squared = sum - 2 * dots[r * columns + c]!;
        if (Math.abs(squared - radius) <= error || Math.abs(squared - radiiR[j]!) <= error) {
          squared = squaredDistance(samples, i, reference, j);
        }
        if (squared <= radius) recalled[j] = 1;
        if (squared <= radiiR[j]!) {
          inside++;
          precise[i] = 1;
          covered[j] = 1;
        }
      }
    }
  });
  const share = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
  return {
    precision: share(precise),
    recall: share(recalled),
    density: inside / (k * samples.count),
    coverage: share(covered),
    k,
  };
}

/** The task of {@link precisionRecall}. */
export function precisionRecallTask(
  samples: FeatureSet,
  reference: FeatureSet,
  { k = 3 }: PrecisionRecallOptions = {},
): Task<PrecisionRecall> {
  checkFeatures(samples, 'the samples');
  checkFeatures(reference, 'the reference');
  checkSameSize(samples.size, reference.size, 'the samples', 'the reference');
  if (!Number.isSafeInteger(k) || k < 1) throw new MetricError(`k is ${k}, expected a whole number from 1`);
  for (const [what, { count }] of [
    ['samples', samples],
    ['reference', reference],
  ] as const) {
    if (k >= count) throw new MetricError(`k is ${k}, but the ${what} are ${count} vectors: each needs ${k} others`);
  }
  return {
    work: nearestWork(samples, samples) + nearestWork(reference, reference) + pairsWork(samples, reference),
    pieces: () => measure(samples, reference, k),
  };
}

/**
 * Improved precision and recall, density and coverage, exact in float64, with balls that include their surface. Memory does
 * not grow with the number of pairs.
 * @throws MetricError for k not below the size of either set, sizes that differ, or a number that is none
 */
export function precisionRecall(
  samples: FeatureSet,
  reference: FeatureSet,
  options?: PrecisionRecallOptions & TaskOptions,
): PrecisionRecall {
  return compute(precisionRecallTask(samples, reference, options), options);
}
