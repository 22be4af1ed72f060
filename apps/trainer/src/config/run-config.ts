import {
  type DataConfig,
  type ModelConfig,
  type Preset,
  type SamplingConfig,
  type TrainConfig,
  trainingPreset,
} from '@noisesmith/training';
import { userInput } from '../errors';

/** What a run writes besides its checkpoints, and how often. */
export interface OutputConfig {
  /** Steps between grids of samples; 0: none. */
  readonly gridEvery: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Checkpoints that are kept. */
  readonly keep: number;
  /** Samples of each class (or in all, without classes) in `samples.npz` at the end; 0: no such file. */
  readonly samplesPerClass: number;
}

/** Everything that decides a run, as plain JSON: the content of `config.json`. */
export interface RunConfig {
  /** The preset it started from. */
  readonly preset: string;
  readonly model: ModelConfig;
  readonly data: DataConfig;
  readonly train: TrainConfig;
  readonly sampling: SamplingConfig;
  readonly output: OutputConfig;
}

export const defaultPreset = 'mnist-tiny';

const defaultOutput: OutputConfig = { gridEvery: 1000, checkpointEvery: 1000, keep: 3, samplesPerClass: 0 };

/** Presets whose runs are short enough to look at more often, or to end with a set of samples. */
const outputOfPreset: Readonly<Record<string, Partial<OutputConfig>>> = {
  'mnist-tiny': { gridEvery: 500, checkpointEvery: 500, samplesPerClass: 50 },
};

/** @throws UsageError for a name that is unknown, with the known ones */
export function presetConfig(name: string): RunConfig {
  const { data, model, sampling, train }: Preset = userInput(() => trainingPreset(name));
  return { preset: name, model, data, train, sampling, output: { ...defaultOutput, ...outputOfPreset[name] } };
}
