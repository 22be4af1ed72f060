import { mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource, isLeftover, writeFileAtomic } from '@noisesmith/formats/node';
import type { CheckpointStorage } from '@noisesmith/training';

/** Names in a folder; none when there is no such folder. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Checkpoints as files of a folder, which is made by the first write. */
export function folderStorage(folder: string): CheckpointStorage {
  return {
    list: () => listFolder(folder),
    async open(name) {
      return { ...(await fileSource(join(folder, name))), name };
    },
    async writeAtomic(name, parts) {
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(join(folder, name), parts);
    },
    remove: (name) => unlink(join(folder, name)),
  };
}

/** Removes what writes that a kill or a power cut ended have left in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = (await listFolder(folder)).filter(isLeftover);
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
