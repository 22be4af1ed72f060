import { bytesSource, openSafetensors } from '@noisesmith/formats';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import { decodeCheckpoint, loadWeights } from '@noisesmith/training';
import type { RunConfig } from '../config/run-config';
import { UsageError, userInput } from '../errors';
import { readUserFile } from '../files';

/** A network to sample from. */
export interface Model {
  readonly denoiser: RinDenoiser;
  readonly weights: Float32Array<ArrayBuffer>;
  /** The configuration of its run. */
  readonly run: RunConfig;
}

/**
 * Reads `ema.safetensors` of a run, or one of its checkpoints, whose moving average is taken.
 * @throws UsageError, FormatError or CheckpointError in one line
 */
export async function readModel(file: string): Promise<Model> {
  const bytes = await readUserFile(file);
  const { metadata } = await openSafetensors(bytesSource(bytes, file));
  if (metadata.config === undefined || metadata.run === undefined) {
    throw new UsageError(
      `${file}: the metadata has no config and run; expected ema.safetensors or a checkpoint of a run`,
    );
  }
  const denoiser = rin(userInput(() => rinConfigFromMetadata(metadata.config!)));
  const run = JSON.parse(metadata.run) as RunConfig;
  const isCheckpoint = metadata.format?.startsWith('noisesmith-checkpoint') ?? false;
  const weights = isCheckpoint
    ? (await decodeCheckpoint(bytes, denoiser.layout, file)).vectors.ema
    : loadWeights(bytes, denoiser.layout, file).flat;
  return { denoiser, weights, run };
}
