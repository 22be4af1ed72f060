import type { Layout } from '@noisesmith/tensor';
import { decodeCheckpoint, type TrainState } from './checkpoint';
import { CheckpointError } from './errors';
import type { CheckpointStorage } from './storage';

const PATTERN = /^checkpoint-(\d+)\.safetensors$/;

/** The name of the checkpoint after `step` steps; names sort by step. */
export const checkpointName = (step: number): string => `checkpoint-${String(step).padStart(9, '0')}.safetensors`;

export interface CheckpointEntry {
  readonly name: string;
  readonly step: number;
}

/** The checkpoints in a storage, newest first. */
export async function listCheckpoints(storage: CheckpointStorage): Promise<CheckpointEntry[]> {
  const entries = (await storage.list()).flatMap((name) => {
    const match = PATTERN.exec(name);
    return match ? [{ name, step: Number(match[1]) }] : [];
  });
  return entries.sort((a, b) => b.step - a.step);
}

/**
 * The newest checkpoint that is whole. One that cannot be read, is damaged or belongs to another network is reported
 * and the one before it is tried.
 *
 * @param warn told in one line about each checkpoint passed over
 * @throws CheckpointError when there are checkpoints but none can be used
 */
export async function latestCheckpoint(
  storage: CheckpointStorage,
  layout?: Layout,
  warn: (message: string) => void = () => undefined,
): Promise<TrainState | undefined> {
  const entries = await listCheckpoints(storage);
  const problems: string[] = [];
  for (const { name } of entries) {
    try {
      return await decodeCheckpoint(await storage.read(name), layout, name);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      warn(`${problems.at(-1)}; trying the checkpoint before it`);
    }
  }
  if (entries.length === 0) return undefined;
  throw new CheckpointError(`none of ${entries.length} checkpoints can be used; the newest: ${problems[0]}`);
}

/** Removes checkpoints up to `step` beyond the `keep` newest of them. Later ones, of another attempt, stay. */
export async function pruneCheckpoints(storage: CheckpointStorage, step: number, keep: number): Promise<void> {
  const mine = (await listCheckpoints(storage)).filter((entry) => entry.step <= step);
  for (const { name } of mine.slice(keep)) await storage.remove(name);
}
