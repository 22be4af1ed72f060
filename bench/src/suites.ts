import type { BenchConfig } from './configs';
import type { Job } from './job';
import { ops } from './ops';
import { samplingLevels } from './sampling-data';
import { selectNamed } from './select';

/** Groups of jobs: train steps, single ops, and forward passes with sampling. */
export const suites = ['train', 'ops', 'sample'] as const;
export type Suite = (typeof suites)[number];

const ddimSteps = 10;

/** The suites of a comma-separated list, or `all`. @throws Error for an unknown name */
export const selectSuites = (list: string): Suite[] =>
  selectNamed('--suite', 'suite', list, new Map(suites.map((suite) => [suite, suite])));

/** The names of a comma-separated list of ops, or `all`. @throws Error for an unknown name */
export const selectOps = (list: string): string[] =>
  selectNamed('--op', 'op', list, new Map([...ops.keys()].map((name) => [name, name])));

export interface Selection {
  readonly configs: readonly BenchConfig[];
  /** Names of ops. */
  readonly ops: readonly string[];
  /** Warm train steps to time. */
  readonly steps: number;
  /** Rounds to time of every other job. */
  readonly rounds: number;
  readonly budgetMs: number;
  readonly fixture: string | null;
}

/** The jobs of a suite. */
export function jobsOf(suite: Suite, selection: Selection): Job[] {
  const { configs, steps, rounds, budgetMs, fixture } = selection;
  switch (suite) {
    case 'train':
      return configs.map((config) => ({ kind: 'train', config, repeats: steps, budgetMs, fixture }));
    case 'ops':
      return selection.ops.map((name) => ({ kind: 'op', name, op: ops.get(name)!, repeats: rounds, budgetMs }));
    case 'sample':
      return configs.flatMap((config): Job[] => [
        { kind: 'denoise', config, repeats: rounds, budgetMs },
        { kind: 'sample', config, levels: samplingLevels(ddimSteps), repeats: rounds, budgetMs },
      ]);
  }
}
