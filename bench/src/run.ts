import type { Job } from './job';
import type { Measurement } from './protocol';
import type { Outcome } from './run-contestant';

/** The contestants whose median is the unit of all ratios: the first that is there. */
const references = ['noisesmith', 'noisesmith-wasm'];

/** The one among these contestants whose figures are the unit of the others'; the first of all where none of them is. */
export const referenceAmong = (names: readonly string[]): string =>
  references.find((name) => names.includes(name)) ?? references[0]!;

/** A job and how every contestant fared with it. */
export interface Run {
  readonly job: Job;
  readonly outcomes: readonly Outcome[];
}

/** The same among the contestants of a run. */
export const referenceOf = ({ outcomes }: Run): string => referenceAmong(outcomes.map(({ name }) => name));

/** The adapter that a run's WebGPU contestants should share: that of the first one. */
export function adapterOf(runs: readonly Run[]): string | undefined {
  const adapters = runs.flatMap(({ outcomes }) => outcomes.map((one) => ('result' in one ? one.result.adapter : null)));
  return adapters.find((adapter) => adapter !== null) ?? undefined;
}

/**
 * A contestant's median, or another figure of its, in units of the reference's; undefined without one. Figures of
 * different adapters are not comparable. One that computes without an adapter ran on the same machine, which is what it
 * is compared for.
 */
export function ratioOf(
  outcome: Outcome,
  run: Run,
  figureOf: (result: Measurement) => number | null | undefined = ({ ms }) => ms.median,
): number | undefined {
  const unit = run.outcomes.find(({ name }) => name === referenceOf(run));
  if (unit === undefined || !('result' in unit) || !('result' in outcome)) return undefined;
  const { adapter } = outcome.result;
  if (adapter !== null && adapter !== unit.result.adapter) return undefined;
  const [value, one] = [figureOf(outcome.result), figureOf(unit.result)];
  return value == null || one == null ? undefined : value / one;
}
