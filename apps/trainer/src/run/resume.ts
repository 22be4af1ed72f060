import { resolve } from 'node:path';
import { type CheckpointStorage, listCheckpoints, type TrainerOptions } from '@noisesmith/training';
import { UsageError } from '../errors';
import { RunFolder } from './run-folder';
import { folderStorage } from './storage';

/** The checkpoints of a run folder, or those that lie in the folder itself. */
async function checkpointsOf(path: string): Promise<CheckpointStorage> {
  const inRun = new RunFolder(path).checkpoints;
  return (await listCheckpoints(inRun)).length > 0 ? inRun : folderStorage(path);
}

/**
 * Reads `--resume`: `auto`, `none`, or another run's folder, from whose newest checkpoint a new run starts. Once the run
 * has checkpoints of its own, it goes on from those.
 * @throws UsageError for a folder without checkpoints
 */
export async function resumeOption(text: string, folder: RunFolder): Promise<NonNullable<TrainerOptions['resume']>> {
  if (text === 'auto' || text === 'none') return text;
  const started = (await listCheckpoints(folder.checkpoints)).length > 0;
  if (started || resolve(text) === resolve(folder.path)) return 'auto';
  const checkpoints = await checkpointsOf(text);
  if ((await listCheckpoints(checkpoints)).length > 0) return checkpoints;
  throw new UsageError(`--resume ${text}: no checkpoints there; expected auto, none or the folder of a run`);
}
