import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkRange, type RangeSource } from './range-source';

/** A {@link RangeSource} over an open file; close it when done. */
export interface FileSource extends RangeSource, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Opens a file for range reads; only what is asked for is brought into memory.
 * @throws the file system's error when the file cannot be opened
 */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const close = () => handle.close();
  return {
    size,
    name: path,
    async read(offset, length) {
      checkRange(offset, length, size, path);
      const bytes = new Uint8Array(length);
      let filled = 0;
      // One read returns at most 2 GiB, and may return less than asked for.
      while (filled < length) {
        const chunk = Math.min(length - filled, 2 ** 30);
        const { bytesRead } = await handle.read(bytes, filled, chunk, offset + filled);
        if (bytesRead === 0) throw new RangeError(`${path}: the file shrank to ${offset + filled} bytes while open`);
        filled += bytesRead;
      }
      return bytes;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Makes a rename last through a power cut. Windows cannot open folders, and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Writes a file so that a reader, a crash or a power cut sees either the old bytes or all of the new ones: a temporary
 * file in the same folder, fsync, rename, fsync of the folder. On failure the temporary file is removed and the old
 * file is untouched.
 * @throws the file system's error
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}
