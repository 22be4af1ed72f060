import type { RinConfig } from '@noisesmith/rin';
import type { Backend } from '@noisesmith/tensor';
import type { TrainConfig } from '@noisesmith/training';
import { preset } from './presets';
import type { DataConfig, OutputConfig, SamplingConfig } from './presets/preset';

/** Everything that decides a run, as plain JSON: the content of `config.json`. */
export interface RunConfig {
  /** The preset it started from. */
  readonly preset: string;
  /**
   * What computes it; 'auto' until it has begun. A run keeps its backend: the same steps on another differ in their last
   * digits.
   */
  readonly backend: 'auto' | Backend['kind'];
  readonly model: RinConfig;
  readonly data: DataConfig;
  readonly train: TrainConfig;
  readonly sampling: SamplingConfig;
  readonly output: OutputConfig;
}

export const defaultPreset = 'mnist';

/** @throws SettingError for a name that is unknown, with the known ones */
export function presetConfig(name: string): RunConfig {
  const { data, model, output, sampling, train } = preset(name);
  return { preset: name, backend: 'auto', model, data, train, sampling, output };
}
