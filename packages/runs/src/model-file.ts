import { openSafetensors, type RangeSource } from '@noisesmith/formats';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import { decodeCheckpoint, loadWeights, SettingError } from '@noisesmith/training';
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
 * Reads `ema.safetensors` of a run, or one of its checkpoints, whose moving average is taken.
 * @throws SettingError, FormatError or CheckpointError in one line
 */
export async function readModel(source: RangeSource): Promise<Model> {
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
  const isCheckpoint = metadata.format?.startsWith('noisesmith-checkpoint') ?? false;
  const bytes = new Uint8Array(await source.read(0, source.size));
  const weights = isCheckpoint
    ? (await decodeCheckpoint(bytes, denoiser.layout, name)).vectors.ema
    : loadWeights(bytes, denoiser.layout, name).flat;
  return { denoiser, weights, run };
}
