import { MetricError } from './errors';

/** One number, measured on several sets of samples: the lowest of them alone says how lucky one was. */
export interface Repeats {
  readonly mean: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Largest less smallest. */
  readonly spread: number;
  /** In the order in which they were measured. */
  readonly values: readonly number[];
}

/** @throws MetricError where there are none */
export function summarizeRepeats(values: readonly number[]): Repeats {
  if (values.length === 0) throw new MetricError('no repeats to summarize');
  const minimum = Math.min(...values);
  const maximum = Math.max(...values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, minimum, maximum, spread: maximum - minimum, values: [...values] };
}
