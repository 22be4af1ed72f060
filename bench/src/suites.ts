import type { BenchConfig } from './configs';
import { convolutions } from './convolutions';
import type { Job } from './job';
import { ops } from './ops';
import { samplingLevels } from './sampling-data';
import { selectNamed } from './select';

/** Groups of jobs: train steps, single ops, forward passes with sampling, and what judging images takes. */
export const suites = ['train', 'ops', 'sample', 'metrics'] as const;
export type Suite = (typeof suites)[number];

const ddimSteps = 10;
/** Images that features are taken of at a time. */
const featureBatch = 16;
/** Images that the memory of all is compared with. */
const fewImages = 100;
/** Features of an Inception. */
const featureSize = 2048;

/** The suites of a comma-separated list, or `all`. @throws Error for an unknown name */
export const selectSuites = (list: string): Suite[] =>
  selectNamed('--suite', 'suite', list, new Map(suites.map((suite) => [suite, suite])));

/** The names of a comma-separated list of ops, or `all`. @throws Error for an unknown name */
export const selectOps = (list: string): string[] =>
  selectNamed('--op', 'op', list, new Map([...ops.keys()].map((name) => [name, name])));

/** The names of a comma-separated list of convolutions, or `all`. @throws Error for an unknown name */
export const selectConvolutions = (list: string): string[] =>
  selectNamed('--conv', 'convolution', list, new Map([...convolutions.keys()].map((name) => [name, name])));

/** What the suite metrics is made of. */
export const metricParts = ['convolutions', 'features', 'memory', 'distance'] as const;
export type MetricPart = (typeof metricParts)[number];

/** The parts of a comma-separated list, or `all`. @throws Error for an unknown name */
export const selectMetricParts = (list: string): MetricPart[] =>
  selectNamed('--part', 'part', list, new Map(metricParts.map((part) => [part, part])));

export interface Selection {
  readonly configs: readonly BenchConfig[];
  /** Names of ops. */
  readonly ops: readonly string[];
  readonly parts: readonly MetricPart[];
  /** Names of convolutions. */
  readonly convolutions: readonly string[];
  /** Images that pass while memory is looked at. */
  readonly images: number;
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
    case 'metrics':
      return metricJobs(selection);
  }
}

function metricJobs({ parts, convolutions: names, images, rounds: repeats, budgetMs }: Selection): Job[] {
  const timing = { repeats, budgetMs };
  const jobs: Readonly<Record<MetricPart, () => Job[]>> = {
    convolutions: () =>
      names.map((name) => ({ kind: 'convolution', name, convolution: convolutions.get(name)!, ...timing })),
    features: () => [{ kind: 'features', batch: featureBatch, ...timing }],
    memory: () => [{ kind: 'stream', batch: featureBatch, few: Math.min(fewImages, images), many: images, ...timing }],
    distance: () => [{ kind: 'frechet', size: featureSize, ...timing }],
  };
  return parts.flatMap((part) => jobs[part]());
}
