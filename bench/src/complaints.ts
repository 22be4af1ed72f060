import { failedChecks, type Measurement } from './protocol';
import { adapterOf, type Run, referenceOf } from './run';
import type { Outcome } from './run-contestant';

/** Largest relative difference of a loss from the reference's in the same timed step. */
const lossTolerance = 1e-3;

/** Losses of the first step, and of the second, which has the first one's update behind it. */
const comparedLosses = 2;

/** What is wrong with the outcomes of a run, a line each. */
export function complaintsOf(run: Run): string[] {
  const adapter = adapterOf([run]);
  const unit = run.outcomes.find(({ name }) => name === referenceOf(run));
  return run.outcomes.flatMap((outcome) => {
    const line = complaint(outcome, adapter, unit !== undefined && 'result' in unit ? unit.result : undefined);
    return line === undefined ? [] : [`${outcome.name} ${line}`];
  });
}

function complaint(outcome: Outcome, adapter: string | undefined, unit: Measurement | undefined): string | undefined {
  if ('failure' in outcome) return `failed: ${outcome.failure}`;
  const { result } = outcome;
  if (result.adapter !== null && result.adapter !== adapter) {
    return `ran on "${result.adapter}", the others on "${adapter}"`;
  }
  const failed = result.errors === null ? [] : failedChecks(result.errors);
  if (failed.length > 0) {
    return `computes something else: ${failed.map((check) => `${check} ${result.errors![check]}`).join(', ')}`;
  }
  const step = unit?.losses.slice(0, comparedLosses).findIndex((loss, i) => differs(result.losses[i]!, loss)) ?? -1;
  if (step >= 0)
    return `has loss ${result.losses[step]} in step ${step + 1}, ${unit!.contestant} ${unit!.losses[step]}`;
  return undefined;
}

/** Whether a loss is off; NaN is, and so is a missing one. */
const differs = (loss: number | undefined, expected: number): boolean =>
  !(Math.abs((loss ?? Number.NaN) - expected) <= lossTolerance * Math.abs(expected));
