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

/** The text of a file in a run folder; undefined when there is no such file. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
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
