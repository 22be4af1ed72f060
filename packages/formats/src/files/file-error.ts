import { printable } from '../printable';

/** What was tried; a reason may differ between the two. */
export type FileAccess = 'read' | 'write';

const reasons: Readonly<Record<string, string | Readonly<Record<FileAccess, string>>>> = {
  ENOENT: { read: 'no such file', write: 'no such folder' },
  ENOTDIR: { read: 'no such file', write: 'no such folder: a file stands where a folder is meant' },
  EISDIR: 'a folder, expected a file',
  EACCES: { read: 'may not be read', write: 'may not be written' },
  EPERM: { read: 'may not be read', write: 'may not be written' },
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left: the quota is used up',
  EFBIG: 'larger than the file system allows',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'links that lead in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'in use by another program',
  EIO: 'the device reports an input or output error',
};

/** A file that cannot be read or written. One line: the path as it was given, and why. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(
    /** As it was given, never the name of a temporary file. */
    readonly path: string,
    /** e.g. `no such folder`. */
    readonly reason: string,
    /** The file system's code, e.g. `ENOENT`. */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(printable(`${path === '' ? "''" : path}: ${reason}`), options);
  }
}

/** A file system error as a {@link FileError} of the path that the user knows; anything else as it is. */
export function fileError(path: string, access: FileAccess, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof FileError || typeof code !== 'string' || !('syscall' in (error as Error))) return error;
  const known = reasons[code] ?? `cannot be ${access === 'read' ? 'read' : 'written'} (${code})`;
  return new FileError(path, typeof known === 'string' ? known : known[access], code, { cause: error });
}
