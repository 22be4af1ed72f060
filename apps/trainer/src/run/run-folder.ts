import { appendFile, mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '@noisesmith/formats/node';
import type { RunFileContent, RunFiles } from '@noisesmith/runs';
import { type CheckpointEntry, type CheckpointStorage, listCheckpoints } from '@noisesmith/training';
import { exists, readIfThere } from '../files';
import { RunLock } from './run-lock';
import { folderStorage, removeLeftovers } from './storage';

/** The files of one run in a folder. */
export class RunFolder implements RunFiles {
  constructor(
    readonly path: string,
    readonly checkpoints: CheckpointStorage = folderStorage(join(path, 'checkpoints')),
  ) {}

  get name(): string {
    return this.path;
  }

  file(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** Newest first. */
  checkpointEntries(): Promise<CheckpointEntry[]> {
    return listCheckpoints(this.checkpoints);
  }

  /**
   * Makes the folder and keeps other processes away until what it returns is disposed of. What an unclean end has left
   * of files that were being written goes.
   * @throws UsageError when another process trains here
   */
  async take(): Promise<Disposable> {
    await mkdir(this.path, { recursive: true });
    const lock = RunLock.take(this.path);
    try {
      for (const folder of [this.path, this.file('grids'), this.file('checkpoints')]) await removeLeftovers(folder);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** For a folder that was made, and of which nothing came. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => undefined);
  }

  has(name: string): Promise<boolean> {
    return exists(this.file(name));
  }

  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return readIfThere(this.file(name));
  }

  async write(name: string, content: RunFileContent): Promise<void> {
    const path = this.file(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  }

  async append(name: string, text: string): Promise<void> {
    await appendFile(this.file(name), text);
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
  }
}

/** A single checkpoint as a storage that holds no other. */
function oneCheckpoint(path: string): CheckpointStorage {
  const { list, ...storage } = folderStorage(dirname(path));
  return { ...storage, list: async () => (await list()).filter((name) => name === basename(path)) };
}

/** The run that a path leads to: its folder, one where checkpoints lie without it, or a single checkpoint. */
export async function otherRun(path: string): Promise<RunFolder> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return new RunFolder(path, oneCheckpoint(path));
  const run = new RunFolder(path);
  return (await run.checkpointEntries()).length > 0 ? run : new RunFolder(path, folderStorage(path));
}
