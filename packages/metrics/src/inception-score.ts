import { MetricError } from './errors';
import { checkFeatures, type FeatureSet } from './moments';

export interface InceptionScoreOptions {
  /** Parts of the images, in their order, that are scored apart. 1, as the paper's authors do (default), or 10, as many do. */
  readonly splits?: number;
}

export interface InceptionScore {
  /** Of the splits' scores; from 1 to the number of classes. */
  readonly mean: number;
  /** Population standard deviation of the splits' scores. */
  readonly std: number;
  readonly splits: number;
  /** Score of each split. */
  readonly values: readonly number[];
}

/** Log-probabilities of one row of logits, into `to`. */
function logSoftmax(logits: FeatureSet, row: number, to: Float64Array): void {
  const { rows, size } = logits;
  const at = row * size;
  let largest = -Infinity;
  for (let k = 0; k < size; k++) largest = Math.max(largest, rows[at + k]!);
  let sum = 0;
  for (let k = 0; k < size; k++) sum += Math.exp(rows[at + k]! - largest);
  const shift = largest + Math.log(sum);
  for (let k = 0; k < size; k++) to[k] = rows[at + k]! - shift;
}

/** exp of the mean divergence of p(y|x) from their mean, over rows [from, to). */
function scoreOf(logits: FeatureSet, from: number, to: number): number {
  const { size } = logits;
  const logs = new Float64Array(size);
  const mean = new Float64Array(size);
  let negativeEntropy = 0;
  for (let row = from; row < to; row++) {
    logSoftmax(logits, row, logs);
    for (let k = 0; k < size; k++) {
      const p = Math.exp(logs[k]!);
      mean[k]! += p;
      if (p > 0) negativeEntropy += p * logs[k]!;
    }
  }
  const count = to - from;
  // Σ p ln(p / q) over all rows is Σ p ln p less count · Σ q ln q.
  let entropy = 0;
  for (const sum of mean) if (sum > 0) entropy -= (sum / count) * Math.log(sum / count);
  return Math.exp(Math.max(0, negativeEntropy / count + entropy));
}

/**
 * Inception Score, exp(mean KL(p(y|x) ‖ p(y))) (Salimans et al. 2016, "Improved techniques for training GANs", section 4),
 * from logits with log-softmax in float64. Split i is rows [i·n/splits, (i + 1)·n/splits) in their order: where images are
 * ordered by class, shuffle them first.
 * @param logits [count, classes]
 * @throws MetricError for more splits than rows, or a number that is none
 */
export function inceptionScore(logits: FeatureSet, { splits = 1 }: InceptionScoreOptions = {}): InceptionScore {
  checkFeatures(logits, 'the logits', 1);
  const { count } = logits;
  if (!Number.isSafeInteger(splits) || splits < 1 || splits > count) {
    throw new MetricError(`${splits} splits of ${count} images, expected 1 to ${count}`);
  }
  const bound = (i: number) => Math.floor((i * count) / splits);
  const values = Array.from({ length: splits }, (_, i) => scoreOf(logits, bound(i), bound(i + 1)));
  const mean = values.reduce((sum, value) => sum + value, 0) / splits;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / splits);
  return { mean, std, splits, values };
}
