import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CheckpointStorage, listCheckpoints, type TrainerOptions } from '@noisesmith/training';
import { UsageError } from '../errors';
import { oneCheckpoint, RunFolder } from './run-folder';
import { folderStorage } from './storage';

/** The checkpoints of a run folder, those that lie in the folder itself, or the one that the path names. */
async function checkpointsOf(path: string): Promise<CheckpointStorage> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return oneCheckpoint(path);
  const inRun = new RunFolder(path).checkpoints;
  return (await listCheckpoints(inRun)).length > 0 ? inRun : folderStorage(path);
}

/**
 * Reads `--resume`: `auto`, `none`, or where another run's checkpoints are, from whose newest a new run starts. Once the
 * run has checkpoints of its own, it goes on from those.
 * @throws UsageError for a folder without checkpoints, or a file that is none
 */
export async function resumeOption(text: string, folder: RunFolder): Promise<NonNullable<TrainerOptions['resume']>> {
  if (text === 'auto' || text === 'none') return text;
  const started = (await folder.checkpointEntries()).length > 0;
  if (started || resolve(text) === resolve(folder.path)) return 'auto';
  const checkpoints = await checkpointsOf(text);
  if ((await listCheckpoints(checkpoints)).length > 0) return checkpoints;
  throw new UsageError(`--resume ${text}: no checkpoints there; expected auto, none or the folder of a run`);
}
