import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '@noisesmith/formats/node';
import { UsageError } from './errors';

export type OutputKind = 'file' | 'folder';

/** What stands at a path: nothing, a file, a folder, or something else, such as a device. */
async function foundAt(path: string): Promise<OutputKind | 'nothing' | 'other'> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'nothing';
    throw fileError(path, 'write', error);
  }
}

/** Makes a folder and those above it. Node's own way to do so never ends where the system makes none, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  if ((await foundAt(path)) === 'folder') return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/**
 * Looks at the place of a result before the work begins, so that none is done in vain. Folders that are missing are
 * made: `a` and `a/b` for a file `a/b/c.png`, `a/b/c` too for a folder of that name.
 * @param flag what messages call it, e.g. `--out`
 * @throws UsageError or FileError, one line, for a place where the result cannot be
 */
export async function prepareOutput(flag: string, path: string, kind: OutputKind): Promise<void> {
  if (path === '') throw new UsageError(`${flag} is empty; expected the name of a ${kind}`);
  const found = await foundAt(path);
  if (found !== 'nothing' && found !== kind) {
    const what = found === 'other' ? 'a pipe or a device' : `a ${found}`;
    throw new UsageError(`${flag} ${path}: ${what}, expected a ${kind}`);
  }
  if (kind === 'file' && /[/\\]$/.test(path)) throw new UsageError(`${flag} ${path}: expected the name of a file`);
  const folder = kind === 'folder' ? path : dirname(path);
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(path, 'write', error);
  }
}
