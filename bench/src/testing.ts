import { TINY } from './configs';
import type { Job } from './job';
import type { Measurement } from './protocol';

/** A train job for tests of what is made of results. */
export const trainJob: Job = { kind: 'train', config: TINY, repeats: 1, budgetMs: 1, fixture: null };

/** A hand-made measurement, all of whose times are `ms`. */
export const measured = (contestant: string, ms: number, changes: Partial<Measurement> = {}): Measurement => ({
  contestant,
  job: 'train tiny',
  adapter: 'one adapter',
  runtime: 'WebGPU',
  ms: { min: ms, median: ms, all: [ms, ms] },
  firstMs: 5 * ms,
  runsPerRound: 1,
  errors: { loss: 0, gradients: 0 },
  losses: [2, 1],
  memory: null,
  stream: null,
  ...changes,
});

/** The same as an outcome. */
export const outcome = (name: string, ms: number, changes: Partial<Measurement> = {}) => ({
  name,
  result: measured(name, ms, changes),
});
