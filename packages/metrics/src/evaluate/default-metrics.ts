import type { MetricName } from './result';
import type { EvaluationSide } from './side';

const countOf = ({ features, images }: EvaluationSide): number | undefined => images?.count ?? features?.count;

/** Of more images on a side, all pairs take longer than someone waits for without having asked. */
const MOST_PAIRED = 20_000;

/**
 * What is measured unless it is said: what both sides can give.
 * @param k neighbours that precision and recall look at
 */
export function defaultMetrics(
  samples: EvaluationSide | undefined,
  reference: EvaluationSide | undefined,
  k = 3,
): readonly MetricName[] {
  if (samples === undefined || reference === undefined) return ['is'];
  const counts = [countOf(samples), countOf(reference)];
  if (counts.some((count) => count === undefined)) return ['fid'];
  return counts.every((count) => count! > k && count! <= MOST_PAIRED) ? ['fid', 'kid', 'pr'] : ['fid', 'kid'];
}
