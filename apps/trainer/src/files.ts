import { readFile, stat } from 'node:fs/promises';
import { fileError } from '@noisesmith/formats/node';

/**
 * A file that the user named, whole.
 * @throws FileError when it cannot be read
 */
export async function readUserFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path);
    // A copy of its own: small reads share one pooled buffer, and views need an offset that fits their element.
    return new Uint8Array(bytes);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}

/** A file in a run folder, whole; undefined when there is no such file. */
export async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether something of that name exists. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
