import { FormatError, openSafetensors, type RangeSource } from '@noisesmith/formats';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import { isCheckpoint, loadWeights, SettingError } from '@noisesmith/training';
import { checkRunConfig } from './check';
import type { RunConfig } from './config';
import { isJsonObject } from './settings';

/** A network to sample from. */
export interface Model {
  readonly denoiser: RinDenoiser;
  readonly weights: Float32Array<ArrayBuffer>;
  /** The configuration of its run. */
  readonly run: RunConfig;
  /** Names by label, as the run's data had them; empty where none were kept. */
  readonly classes: readonly string[];
}

export interface ReadModelOptions {
  /** Of a checkpoint: the moving average (default), or the weights that are trained. A file of weights holds one of them. */
  readonly weights?: 'average' | 'raw';
}

/**
 * Reads `ema.safetensors` of a run, or one of its checkpoints. Nothing in the file is trusted: every field is checked, and
 * so are the digest and the numbers.
 * @throws FormatError or CheckpointError, one line naming the file and the field or tensor
 */
export async function readModel(
  source: RangeSource,
  { weights: which = 'average' }: ReadModelOptions = {},
): Promise<Model> {
  const { name = 'weights' } = source;
  const { metadata } = await openSafetensors(source);
  const { config, run } = metadata;
  if (config === undefined || run === undefined) {
    throw new FormatError(
      `${name}: the metadata has no config and run; expected ema.safetensors or a checkpoint of a run`,
    );
  }
  if (which === 'raw' && !isCheckpoint(metadata)) {
    throw new FormatError(`${name}: holds the moving average alone; the raw weights are in a checkpoint of the run`);
  }
  const denoiser = rin(field(name, 'config', () => rinConfigFromMetadata(config)));
  const configuration = field(name, 'run', () => checkRunConfig(jsonObject(run)));
  const classes = field(name, 'classes', () => classNames(metadata.classes, denoiser.classes));
  const { flat } = await loadWeights(source, denoiser.layout, which === 'raw' ? 'params' : 'ema');
  return { denoiser, weights: flat, run: configuration, classes };
}

/** @throws FormatError naming the file and the field of its metadata, for what `read` finds wrong */
function field<T>(file: string, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SettingError || error instanceof SyntaxError)) throw error;
    throw new FormatError(`${file}: metadata '${name}': ${error.message.split('\n', 1)[0]!.trim()}`);
  }
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new RangeError('expected a JSON object');
  return value;
}

function classNames(text: string | undefined, most: number): readonly string[] {
  if (text === undefined) return [];
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new RangeError('expected a list of names');
  }
  if (most > 0 && value.length > most) throw new RangeError(`${value.length} names for a network of ${most} classes`);
  return value;
}
