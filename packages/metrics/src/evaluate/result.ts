import type { FrechetInfinity } from '../frechet-infinity';
import type { KernelDistance } from '../kernel-distance';
import type { ClosePair, DistanceSummary } from '../memorisation';
import type { Repeats } from '../repeats';

/** What can be measured, by the names of the command line. */
export const metricNames = ['fid', 'fid-infinity', 'sfid', 'kid', 'pr', 'is', 'mind', 'memorisation'] as const;

/**
 * `fid`: Fréchet distance of the features; `fid-infinity`: the same of infinitely many samples, extrapolated; `sfid`: of
 * spatial features; `kid`; `pr`: precision, recall, density, coverage; `is`: Inception Score; `mind`; `memorisation`:
 * distances to the nearest reference image.
 */
export type MetricName = (typeof metricNames)[number];

/** What was measured, enough to name it. */
export interface MeasuredSet {
  /** As the caller calls it. */
  readonly path: string;
  /** Images or vectors that took part; null where statistics do not tell. */
  readonly count: number | null;
  /** `png`, `jpg 3, png 12`, `npz`, `features`, `statistics`. */
  readonly format: string;
  /** Of the images, where it is known. */
  readonly fingerprint?: string;
}

/** All that one pair of sets gives; only what was asked for. */
export interface Numbers {
  readonly fid?: number;
  readonly sfid?: number;
  readonly kid?: Pick<KernelDistance, 'full' | 'mean' | 'std' | 'standardError' | 'subsets' | 'subsetSize'>;
  readonly precision?: number;
  readonly recall?: number;
  readonly density?: number;
  readonly coverage?: number;
  /** Neighbours that make the balls of the four above. */
  readonly k?: number;
  readonly inceptionScore?: {
    readonly mean: number;
    readonly std: number;
    readonly splits: number;
    /** Whether the bias of the network's last layer is in the logits; absent where it is not known. */
    readonly logitBias?: boolean;
  };
  readonly mind?: number;
}

/** A sample and its nearest reference image, by their indices and by what people call them. */
export interface NamedPair extends ClosePair {
  readonly sampleName: string;
  readonly referenceName: string;
}

/** Distances of samples to their nearest reference images, beside those of images that the reference does not hold. */
export interface MemorisationResult {
  readonly samples: DistanceSummary;
  readonly unseen: DistanceSummary;
  readonly unseenAre: 'held-out' | 'reference';
  readonly nearer: number;
  readonly nearerThanAll: number;
  /** The closest pairs, closest first. */
  readonly closest: readonly NamedPair[];
}

/** Numbers of equal random parts of the samples, each against the whole reference. */
export interface RepeatedNumbers {
  readonly count: number;
  /** Samples in each part. */
  readonly images: number;
  readonly fid?: Repeats;
  readonly sfid?: Repeats;
  /** Of the estimate from all vectors, or where there is none, of the mean of the subsets. */
  readonly kid?: Repeats;
  readonly precision?: Repeats;
  readonly recall?: Repeats;
  readonly density?: Repeats;
  readonly coverage?: Repeats;
  readonly inceptionScore?: Repeats;
  readonly mind?: Repeats;
}

/** What an evaluation found, and enough to do it again. Plain data. */
export interface Evaluation extends Numbers {
  readonly samples: MeasuredSet;
  readonly reference?: MeasuredSet;
  readonly heldOut?: MeasuredSet;
  /** Name of the network, the SHA-256 of its weights, and how images became its input; null where files do not tell. */
  readonly network: string | null;
  readonly weights: string | null;
  readonly resize: string | null;
  readonly fidInfinity?: FrechetInfinity;
  readonly memorisation?: MemorisationResult;
  /** Of everything that is drawn: subsets, directions, parts. */
  readonly seed: number;
  readonly repeats?: RepeatedNumbers;
  /** One line each. */
  readonly warnings: readonly string[];
}
