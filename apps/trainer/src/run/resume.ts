import { resolve } from 'node:path';
import type { Layout } from '@noisesmith/tensor';
import { type CheckpointStorage, latestCheckpoint, listCheckpoints, type TrainerOptions } from '@noisesmith/training';
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
 * @throws UsageError for a folder without checkpoints; CheckpointError when none of them fits
 */
export async function resumeOption(
  text: string,
  folder: RunFolder,
  layout: Layout,
  warn: (message: string) => void,
): Promise<NonNullable<TrainerOptions['resume']>> {
  if (text === 'auto' || text === 'none') return text;
  const started = (await listCheckpoints(folder.checkpoints)).length > 0;
  if (started || resolve(text) === resolve(folder.path)) return 'auto';
  const state = await latestCheckpoint(await checkpointsOf(text), layout, warn);
  if (!state)
    throw new UsageError(`--resume ${text}: no checkpoints there; expected auto, none or the folder of a run`);
  return state;
}
