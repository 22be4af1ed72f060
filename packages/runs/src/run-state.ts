import { openSafetensors } from '@noisesmith/formats';
import { listCheckpoints, SettingError } from '@noisesmith/training';
import { checkRunConfig } from './check';
import type { RunConfig } from './config';
import { type RunFiles, readText } from './run-files';

/** Names of a run's files. */
export const runFileNames = {
  config: 'config.json',
  tuning: 'tuning.json',
  dataset: 'dataset.json',
  statistics: 'stats.jsonl',
  weights: 'ema.safetensors',
  samples: 'samples.npz',
  grid: 'grid.png',
  reference: 'reference-stats.npz',
} as const;

/** Whether a folder that holds files and folders of these names is that of a run. */
export const isRunFolder = (names: readonly string[]): boolean =>
  names.includes(runFileNames.config) && (names.includes(runFileNames.weights) || names.includes('checkpoints'));

/** @throws SettingError naming the file, for text that is no JSON */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingError(where, `${where}: no JSON: ${(error as Error).message.split('\n', 1)[0]}`);
  }
}

/** @throws SettingError with the name of the place before the message */
function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SettingError) throw new SettingError(error.path, `${where}: ${error.message}`);
    throw error;
  }
}

/** The configuration that a run of these files began with, and where it was found. */
export interface StoredConfig {
  readonly config: RunConfig;
  /** A file of the run. */
  readonly from: string;
}

/**
 * The configuration of the run that the files hold. Where `config.json` is lost, it is that of the newest checkpoint.
 * @returns undefined where there is no run
 * @throws SettingError, one line, for a configuration that is damaged, or lost for good though there are checkpoints
 */
export async function storedConfig(files: RunFiles): Promise<StoredConfig | undefined> {
  const where = `${files.name}/${runFileNames.config}`;
  const text = await readText(files, runFileNames.config);
  if (text !== undefined) {
    const config = parseJson(text, where) as RunConfig;
    return { config: within(where, () => checkRunConfig(config)), from: runFileNames.config };
  }
  const [newest] = await listCheckpoints(files.checkpoints);
  if (!newest) return undefined;
  const from = `checkpoints/${newest.name}`;
  const lost = `${where} is missing`;
  try {
    await using source = await files.checkpoints.open(newest.name);
    const { run } = (await openSafetensors(source)).metadata;
    return { config: checkRunConfig(parseJson(run ?? '', from) as RunConfig), from };
  } catch {
    throw new SettingError(where, `${lost}, and ${from} does not tell it; put it back, or use another folder`);
  }
}

/** How far the run of some files has got. */
export interface RunState {
  /** Steps of the newest checkpoint; undefined where there is none. */
  readonly step: number | undefined;
  /** Whether nothing is left to do for the configuration, every file included. */
  readonly finished: boolean;
}

/** How far the run of these files has got under `config`; `stored` is the configuration that it had so far. */
export async function runState(files: RunFiles, config: RunConfig, stored: RunConfig): Promise<RunState> {
  const [newest] = await listCheckpoints(files.checkpoints);
  const step = newest?.step;
  const { samplesPerClass } = config.output;
  if (step !== config.train.steps || samplesPerClass !== stored.output.samplesPerClass) {
    return { step, finished: false };
  }
  const { grid, samples, weights } = runFileNames;
  const wanted = [weights, grid, ...(samplesPerClass > 0 ? [samples] : [])];
  const there = await Promise.all(wanted.map((name) => files.has(name)));
  return { step, finished: there.every(Boolean) };
}

/**
 * Refuses to train over weights that nothing could bring back.
 * @throws SettingError for weights without a checkpoint to go on from
 */
export async function checkNothingIsLost(files: RunFiles): Promise<void> {
  if ((await listCheckpoints(files.checkpoints)).length > 0 || !(await files.has(runFileNames.weights))) return;
  throw new SettingError(
    'files',
    `${files.name} holds trained weights (${runFileNames.weights}) but no checkpoints to go on from, and training anew would replace them; train in another folder, or move ${runFileNames.weights} away`,
  );
}
