import { MetricError } from './errors';
import { checkFeatures, checkSameSize, type FeatureSet } from './moments';
import { nearestPieces, nearestWork } from './nearest';
import { compute, type Pieces, type Task, type TaskOptions } from './task';

/** Each vector's nearest one of a reference. */
export interface NearestReference {
  /** [count], rows of the reference. */
  readonly indices: Int32Array;
  /** [count], Euclidean. */
  readonly distances: Float64Array;
}

/** A sample and the reference image it lies nearest to. */
export interface ClosePair {
  readonly sample: number;
  readonly reference: number;
  readonly distance: number;
}

export interface MemorisationOptions {
  /** Images that were not trained on. Without them each reference image is compared with the others. */
  readonly heldOut?: FeatureSet;
  /** How many of the closest pairs to list. Default 16. */
  readonly pairs?: number;
}

/** Distances of a set to its nearest references. */
export interface DistanceSummary {
  readonly count: number;
  readonly minimum: number;
  readonly median: number;
  readonly mean: number;
}

/** Whether samples lie nearer to the reference than images do that it does not hold. */
export interface Memorisation {
  readonly samples: DistanceSummary;
  /** Of held-out images, or of the reference's own images to the others. */
  readonly unseen: DistanceSummary;
  readonly unseenAre: 'held-out' | 'reference';
  /**
   * How often a sample lies nearer to the reference than an unseen image, of all pairs of the two; equal distances count
   * half (Meehan, Chaudhuri and Dasgupta 2020, whose test stands on this share). 0.5: no sign of memory; 1: all are copies.
   */
  readonly nearer: number;
  /** Samples that are nearer to their reference image than any unseen image is to one, as a share. */
  readonly nearerThanAll: number;
  /** The closest pairs, closest first. */
  readonly closest: readonly ClosePair[];
}

const check = (set: FeatureSet, reference: FeatureSet, what: string): void => {
  checkFeatures(set, what, 1);
  checkSameSize(set.size, reference.size, what, 'the reference');
};

function* nearest(set: FeatureSet, reference: FeatureSet): Pieces<NearestReference> {
  const { indices, squared } = yield* nearestPieces(set, reference, 1);
  return { indices, distances: squared.map(Math.sqrt) };
}

/** The task of {@link nearestReference}. */
export function nearestReferenceTask(samples: FeatureSet, reference: FeatureSet): Task<NearestReference> {
  checkFeatures(reference, 'the reference', samples === reference ? 2 : 1);
  check(samples, reference, 'the samples');
  return { work: nearestWork(samples, reference), pieces: () => nearest(samples, reference) };
}

/**
 * Each sample's nearest reference vector, exact; of a set with itself, another vector.
 * @throws MetricError for empty sets, sizes that differ, or a number that is none
 */
export function nearestReference(samples: FeatureSet, reference: FeatureSet, options?: TaskOptions): NearestReference {
  return compute(nearestReferenceTask(samples, reference), options);
}

function summary(sorted: Float64Array): DistanceSummary {
  const count = sorted.length;
  const median = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  return { count, minimum: sorted[0]!, median, mean: sorted.reduce((sum, value) => sum + value, 0) / count };
}

/** Of all pairs (a, b), those with a < b, equal ones half, as a share. Both in ascending order. */
function shareBelow(a: Float64Array, b: Float64Array): number {
  let below = 0;
  let upTo = 0;
  let sum = 0;
  for (const value of b) {
    while (below < a.length && a[below]! < value) below++;
    while (upTo < a.length && a[upTo]! <= value) upTo++;
    sum += (below + upTo) / 2;
  }
  return sum / (a.length * b.length);
}

/** The task of {@link memorisation}. */
export function memorisationTask(
  samples: FeatureSet,
  reference: FeatureSet,
  { heldOut, pairs = 16 }: MemorisationOptions = {},
): Task<Memorisation> {
  checkFeatures(reference, 'the reference', heldOut ? 1 : 2);
  check(samples, reference, 'the samples');
  if (heldOut) check(heldOut, reference, 'the held-out images');
  if (!Number.isSafeInteger(pairs) || pairs < 0) throw new MetricError(`${pairs} closest pairs asked for`);
  const unseen = heldOut ?? reference;
  return {
    work: nearestWork(samples, reference) + nearestWork(unseen, reference),
    *pieces() {
      const { distances, indices } = yield* nearest(samples, reference);
      const others = (yield* nearest(unseen, reference)).distances.sort();
      const order = Array.from(distances.keys()).sort((a, b) => distances[a]! - distances[b]! || a - b);
      const sorted = Float64Array.from(order, (i) => distances[i]!);
      return {
        samples: summary(sorted),
        unseen: summary(others),
        unseenAre: heldOut ? 'held-out' : 'reference',
        nearer: shareBelow(sorted, others),
        nearerThanAll: sorted.filter((value) => value < others[0]!).length / sorted.length,
        closest: order.slice(0, pairs).map((i) => ({ sample: i, reference: indices[i]!, distance: distances[i]! })),
      };
    },
  };
}

/**
 * Distance of each sample to its nearest reference image in feature space, beside that of images that the reference does not
 * hold: a network that has learned images by heart draws what lies nearer than anything new does.
 * @param reference the images trained on
 * @throws MetricError for empty sets, sizes that differ, or a number that is none
 */
export function memorisation(
  samples: FeatureSet,
  reference: FeatureSet,
  options?: MemorisationOptions & TaskOptions,
): Memorisation {
  return compute(memorisationTask(samples, reference, options), options);
}
