import type { Layout } from '@noisesmith/tensor';
import { type CheckpointHead, checkpointHead, decodeCheckpoint, type TakePiece } from './checkpoint';
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

/** Told in one line about each checkpoint that is passed over. */
type Warn = (message: string) => void;

/** Checkpoints that a network may go on from. */
export interface Candidates {
  /** Steps that the newest has done, which is the one to go on from unless it turns out to be damaged. */
  readonly step: number;
  /**
   * Hands the vectors of the newest that is whole to `take`. If one shows to be damaged when it has been read, those of the
   * one before it follow.
   *
   * @throws CheckpointError when none is whole
   */
  load(take: TakePiece): Promise<CheckpointHead>;
}

export interface FindOptions {
  readonly layout?: Layout;
  readonly warn?: Warn;
  /** Those of later steps are not looked at. */
  readonly upTo?: number;
}

/**
 * The checkpoints of a storage, newest first. One that cannot be opened or belongs to another network is reported and
 * passed over, and so is, when they are loaded, one that is damaged.
 *
 * @returns undefined when there are none
 * @throws CheckpointError when there are checkpoints but none fits
 */
export async function findCheckpoints(
  storage: CheckpointStorage,
  { layout, upTo = Number.POSITIVE_INFINITY, warn = () => undefined }: FindOptions = {},
): Promise<Candidates | undefined> {
  const entries = (await listCheckpoints(storage)).filter(({ step }) => step <= upTo);
  const problems: string[] = [];
  const passOver = (error: unknown): void => {
    problems.push(error instanceof Error ? error.message : String(error));
    warn(`${problems.at(-1)}; trying the checkpoint before it`);
  };
  const none = (): CheckpointError =>
    new CheckpointError(`none of ${entries.length} checkpoints can be used; the newest: ${problems[0]}`);

  const lookAt = async (name: string): Promise<void> => {
    await using source = await storage.open(name);
    await checkpointHead(source, layout);
  };
  const decode = async (name: string, take: TakePiece): Promise<CheckpointHead> => {
    await using source = await storage.open(name);
    return await decodeCheckpoint(source, { take, ...(layout && { layout }) });
  };

  const fitting: CheckpointEntry[] = [];
  for (const entry of entries) {
    try {
      await lookAt(entry.name);
      fitting.push(entry);
    } catch (error) {
      passOver(error);
    }
  }
  const [newest] = fitting;
  if (!newest) {
    if (entries.length === 0) return undefined;
    throw none();
  }
  return {
    step: newest.step,
    async load(take) {
      let refused: { readonly error: unknown } | undefined;
      const taking: TakePiece = async (...piece) => {
        try {
          await take(...piece);
        } catch (error) {
          refused = { error };
          throw error;
        }
      };
      for (const { name } of fitting) {
        try {
          return await decode(name, taking);
        } catch (error) {
          // A device that does not take the pieces says nothing about the file.
          if (refused) throw refused.error;
          passOver(error);
        }
      }
      throw none();
    },
  };
}

/** Removes checkpoints up to `step` beyond the `keep` newest of them. Later ones, of another attempt, stay. */
export async function pruneCheckpoints(storage: CheckpointStorage, step: number, keep: number): Promise<void> {
  const mine = (await listCheckpoints(storage)).filter((entry) => entry.step <= step);
  for (const { name } of mine.slice(keep)) await storage.remove(name);
}
