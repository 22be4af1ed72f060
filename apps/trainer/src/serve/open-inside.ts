import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A regular file that is open to read; whoever has it closes it. */
export interface InsideFile {
  readonly handle: FileHandle;
  readonly state: BigIntStats;
}

/** Codes that say that there is nothing to be read; others, such as too many open files, are errors. */
const nothingThere = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG', 'EINVAL', 'EISDIR', 'ENXIO'];

/** Never through a link in place of the file itself, and never waiting for the other end of a pipe. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Whether a path without links is that of something below `root`, and nothing on the way is hidden. */
function isInside(root: string, path: string): boolean {
  const base = root.endsWith(sep) ? root : root + sep;
  return (
    path.startsWith(base) &&
    !relative(root, path)
      .split(sep)
      .some((name) => name.startsWith('.'))
  );
}

/** Where an open file lies, whatever has become of the name by which it was opened. */
async function pathOf(handle: FileHandle, state: BigIntStats, path: string): Promise<string | undefined> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${handle.fd}`);
  const now = await realpath(path);
  const { dev, ino } = await lstat(now, { bigint: true });
  return dev === state.dev && ino === state.ino ? now : undefined;
}

/**
 * Opens a regular file below a folder. Links may stand on the way as long as they stay inside. What was opened is looked
 * at again, so that a link put there between the look and the opening leads nowhere either.
 * @param root path of the folder without links
 * @param names plain names, as `readUrlPath` gives them
 * @returns undefined where there is no such file, or it may not be read, or it lies elsewhere
 */
export async function openInside(root: string, names: readonly string[]): Promise<InsideFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    const path = await realpath(join(root, ...names));
    // To open a device may do something.
    if (!isInside(root, path) || !(await lstat(path)).isFile()) return undefined;
    handle = await open(path, FLAGS);
    const state = await handle.stat({ bigint: true });
    const opened = state.isFile() && (await pathOf(handle, state, path));
    if (opened && isInside(root, opened)) {
      const file = { handle, state };
      handle = undefined;
      return file;
    }
    return undefined;
  } catch (error) {
    if (nothingThere.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  } finally {
    await handle?.close();
  }
}
