import { open, stat } from 'node:fs/promises';
import { checkRange, type RangeSource } from '../range-source';
import { FileError, fileError } from './file-error';

/** A {@link RangeSource} over an open file; close it when done. */
export interface FileSource extends RangeSource, AsyncDisposable {
  close(): Promise<void>;
}

/** One read returns at most 2 GiB, and may return less than asked for. */
const LARGEST_READ = 2 ** 30;

/**
 * Opens a file for range reads; only what is asked for is brought into memory.
 * @throws FileError when there is no such file, or it is a folder, a pipe or a device, or may not be read
 */
export async function fileSource(path: string): Promise<FileSource> {
  const failed = (error: unknown): never => {
    throw fileError(path, 'read', error);
  };
  // Looked at before it is opened: opening a pipe waits for a writer.
  const found = await stat(path).catch(failed);
  if (found.isDirectory()) throw new FileError(path, 'a folder, expected a file', 'EISDIR');
  if (!found.isFile()) throw new FileError(path, 'a pipe or a device, expected a file', 'ESPIPE');
  const handle = await open(path, 'r').catch(failed);
  const close = () => handle.close();
  try {
    const { size } = await handle.stat();
    return {
      size,
      name: path,
      async read(offset, length) {
        checkRange(offset, length, size, path);
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const chunk = Math.min(length - filled, LARGEST_READ);
          const { bytesRead } = await handle.read(bytes, filled, chunk, offset + filled).catch(failed);
          if (bytesRead === 0) {
            throw new FileError(path, `it shrank from ${size} to ${offset + filled} bytes while open`, 'ESTALE');
          }
          filled += bytesRead;
        }
        return bytes;
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    return failed(error);
  }
}
