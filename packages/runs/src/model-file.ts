import { openSafetensors, type RangeSource } from '@noisesmith/formats';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import { loadWeights, SettingError } from '@noisesmith/training';
import type { RunConfig } from './config';
import { readSetting } from './read-setting';

/** A network to sample from. */
export interface Model {
  readonly denoiser: RinDenoiser;
  readonly weights: Float32Array<ArrayBuffer>;
  /** The configuration of its run. */
  readonly run: RunConfig;
}

/**
 * Reads `ema.safetensors` of a run, or one of its checkpoints.
 * @param which of a checkpoint's vectors: the moving average, or the weights themselves
 * @throws SettingError, FormatError or CheckpointError in one line
 */
export async function readModel(source: RangeSource, which: 'ema' | 'params' = 'ema'): Promise<Model> {
  const { name } = source;
  const { metadata } = await openSafetensors(source);
  if (metadata.config === undefined || metadata.run === undefined) {
    throw new SettingError(
      'checkpoint',
      `${name}: the metadata has no config and run; expected ema.safetensors or a checkpoint of a run`,
    );
  }
  const denoiser = rin(readSetting(name ?? 'checkpoint', () => rinConfigFromMetadata(metadata.config!)));
  const run = JSON.parse(metadata.run) as RunConfig;
  const { flat } = await loadWeights(source, denoiser.layout, which);
  return { denoiser, weights: flat, run };
}
