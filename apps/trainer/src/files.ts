import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './errors';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder, expected a file',
  EACCES: 'may not be read',
};

/** Names the file of a file system error that is about what the user gave. */
export function fileProblem(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? error : new UsageError(`${path}: ${reason}`);
}

/**
 * A file that the user named, whole.
 * @throws UsageError when it cannot be read
 */
export async function readUserFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path);
    // A copy of its own: small reads share one pooled buffer, and views need an offset that fits their element.
    return new Uint8Array(bytes);
  } catch (error) {
    throw fileProblem(path, error);
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
