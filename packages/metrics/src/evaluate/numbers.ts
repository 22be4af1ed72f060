import { inceptionScore } from '../inception-score';
import { kernelDistanceTask } from '../kernel-distance';
import { mindTask } from '../mind';
import { precisionRecallTask } from '../precision-recall';
import { summarizeRepeats } from '../repeats';
import { computeAsync, type Task, type TaskOptions } from '../task';
import { cloudDistance, type FeatureCloud } from './cloud';
import type { Collected } from './collect';
import type { MetricName, Numbers, RepeatedNumbers } from './result';

/** One side, as far as it was made into features. */
export interface SideFeatures {
  readonly path: string;
  /** Absent of samples where only their logits are known. */
  readonly pool?: Collected;
  /** Statistics of more images than are there, which a Fréchet distance then stands on. */
  readonly moments?: FeatureCloud;
  readonly spatial?: Collected;
  readonly logits?: Collected;
}

/** How numbers are computed. All are optional. */
export interface NumberOptions {
  /** Of the Inception Score. Default 1, as the paper's authors do. */
  readonly splits?: number;
  /** Of KID. Default 100. */
  readonly subsets?: number;
  /** Of KID. Default 1000, or all where there are fewer. */
  readonly subsetSize?: number;
  /** Neighbours that make a ball of precision and recall. Default 3. */
  readonly k?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface NumberWork extends NumberOptions {
  readonly metrics: ReadonlySet<MetricName>;
  /** Of the network that gives the logits. */
  readonly logitBias?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of the share that is done of a number. */
  readonly onShare?: (what: string, share: number) => void;
}

const pick = (side: SideFeatures, kind: 'pool' | 'spatial' | 'logits', part: number | undefined): FeatureCloud => {
  const found = side[kind]!;
  return part === undefined ? found.whole : found.parts[part]!;
};

/**
 * The numbers that two sets give.
 * @param part of the samples; undefined: all of them
 */
export async function numbersOf(
  samples: SideFeatures,
  reference: SideFeatures | undefined,
  part: number | undefined,
  { k, logitBias, metrics, onShare, seed = 0, signal, splits, subsets, subsetSize }: NumberWork,
): Promise<Numbers> {
  const options = (what: string): TaskOptions => ({
    ...(signal && { signal }),
    onProgress: (share) => onShare?.(what, share),
  });
  const run = <T>(what: string, task: Task<T>): Promise<T> => computeAsync(task, options(what));
  const vectors = (what: string) =>
    [
      pick(samples, 'pool', part).vectors(what, samples.path),
      reference!.pool!.whole.vectors(what, reference!.path),
    ] as const;
  const numbers: { -readonly [K in keyof Numbers]: Numbers[K] } = {};
  if (metrics.has('fid')) {
    numbers.fid = await cloudDistance(
      pick(samples, 'pool', part),
      reference!.moments ?? reference!.pool!.whole,
      options('fid'),
    );
  }
  if (metrics.has('sfid')) {
    numbers.sfid = await cloudDistance(pick(samples, 'spatial', part), reference!.spatial!.whole, options('sfid'));
  }
  if (metrics.has('kid')) {
    const chosen = { seed, ...(subsets !== undefined && { subsets }), ...(subsetSize !== undefined && { subsetSize }) };
    const { values: _, ...kid } = await run('kid', kernelDistanceTask(...vectors('kid'), chosen));
    numbers.kid = kid;
  }
  if (metrics.has('pr')) {
    Object.assign(numbers, await run('pr', precisionRecallTask(...vectors('pr'), { ...(k !== undefined && { k }) })));
  }
  if (metrics.has('is')) {
    const {
      mean,
      splits: parts,
      std,
    } = inceptionScore(pick(samples, 'logits', part).vectors('is', samples.path), {
      ...(splits !== undefined && { splits }),
    });
    numbers.inceptionScore = { mean, std, splits: parts, ...(logitBias !== undefined && { logitBias }) };
  }
  if (metrics.has('mind')) numbers.mind = await run('mind', mindTask(...vectors('mind'), { seed }));
  return numbers;
}

/** Mean, minimum and spread of each number over parts. */
export function repeatedNumbers(all: readonly Numbers[], images: number): RepeatedNumbers {
  const of = (value: (numbers: Numbers) => number | undefined) => {
    const values = all.map(value).filter((found) => found !== undefined);
    return values.length === all.length ? summarizeRepeats(values) : undefined;
  };
  const summaries = {
    fid: of(({ fid }) => fid),
    sfid: of(({ sfid }) => sfid),
    kid: of(({ kid }) => kid?.full ?? kid?.mean),
    precision: of(({ precision }) => precision),
    recall: of(({ recall }) => recall),
    density: of(({ density }) => density),
    coverage: of(({ coverage }) => coverage),
    inceptionScore: of(({ inceptionScore: score }) => score?.mean),
    mind: of(({ mind }) => mind),
  };
  const found = Object.fromEntries(Object.entries(summaries).filter(([, summary]) => summary !== undefined));
  return { count: all.length, images, ...found };
}
