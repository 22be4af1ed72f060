import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileError, fileError } from './file-error';

/** What a file is made of: all of it, or its bytes in pieces. */
export type FileContent = Uint8Array | string | AsyncIterable<Uint8Array>;

/** So that the temporary name of a long name is not too long: file systems allow 255 bytes. */
const STEM_LENGTH = 32;

/** The name of a file on its way to `path`, in the same folder, since a rename across folders may be a copy. */
function temporaryName(path: string): string {
  return join(
    dirname(path),
    `.${basename(path).slice(0, STEM_LENGTH)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`,
  );
}

/**
 * Whether a file of this name (without its folder) was left by a {@link writeFileAtomic} that a kill or a power cut
 * ended. It may also be one that another process is writing now.
 */
export function isLeftover(name: string): boolean {
  return /^\..+\.\d+\.[0-9a-f]{8}\.tmp$/s.test(name);
}

/** Makes a rename last through a power cut. Windows cannot open folders, some file systems cannot sync them. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

/** What stands there already may be replaced only if it is a file: a rename would put one in place of /dev/null. */
async function checkTarget(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) throw new FileError(path, 'a folder, expected a file', 'EISDIR');
  if (found && !found.isFile()) throw new FileError(path, 'a pipe or a device, expected a file', 'ESPIPE');
}

async function writeAll(handle: FileHandle, content: FileContent, failed: (error: unknown) => never): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    await handle.writeFile(content).catch(failed);
  } else {
    // Only the file's own errors are about the path: those of the parts, which may read other files, pass as they are.
    for await (const part of content) await handle.writeFile(part).catch(failed);
  }
  await handle.sync().catch(failed);
}

/**
 * Writes a file so that a reader, a crash or a power cut sees either the old bytes or all of the new ones: a temporary
 * file in the same folder, fsync, rename, fsync of the folder. Parts are written as they come, so a file may be larger
 * than the memory. On failure the temporary file is removed and the old file is untouched.
 * @throws FileError naming `path`, before anything is taken from the parts where the folder is missing or `path` is no
 * place for a file; an error of the parts as it is
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const failed = (error: unknown): never => {
    throw fileError(path, 'write', error);
  };
  if (path === '') throw new FileError(path, 'expected the name of a file', 'ENOENT');
  await checkTarget(path).catch(failed);
  const temporary = temporaryName(path);
  const handle = await open(temporary, 'wx').catch(failed);
  try {
    try {
      await writeAll(handle, content, failed);
    } finally {
      await handle.close();
    }
    await rename(temporary, path).catch(failed);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path)).catch(failed);
}
