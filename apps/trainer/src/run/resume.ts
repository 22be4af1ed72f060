import { resolve } from 'node:path';
import type { TrainerOptions } from '@noisesmith/training';
import { UsageError } from '../errors';
import { otherRun, type RunFolder } from './run-folder';

/**
 * Reads `--resume`: `auto`, `none`, or where another run's checkpoints are, from whose newest a new run starts. Once the
 * run has checkpoints of its own, it goes on from those.
 * @throws UsageError for a folder without checkpoints, or a file that is none
 */
export async function resumeOption(text: string, folder: RunFolder): Promise<NonNullable<TrainerOptions['resume']>> {
  if (text === 'auto' || text === 'none') return text;
  const started = (await folder.checkpointEntries()).length > 0;
  if (started || resolve(text) === resolve(folder.path)) return 'auto';
  const other = await otherRun(text);
  if ((await other.checkpointEntries()).length > 0) return other.checkpoints;
  throw new UsageError(`--resume ${text}: no checkpoints there; expected auto, none or the folder of a run`);
}
