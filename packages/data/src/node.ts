import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileSource } from '@noisesmith/formats/node';
import { type DataError, DataFileError, MissingFileError, reasonOf, UnavailableError } from './errors';
import { type Files, isHidden, joinPath } from './files';
import { byCodeUnits } from './natural-order';

const missing = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
/** Wants of the process, not of the file. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** What the file system says about a file or folder, in one line that names it. */
function fileError(path: string, kind: 'file' | 'folder', error: unknown): DataError {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (missing.has(code)) return new MissingFileError(path, `no such ${kind}`);
  if (code === 'EACCES' || code === 'EPERM') return new DataFileError(path, 'reading it is not permitted');
  if (exhausted.has(code)) return new UnavailableError(`${path}: cannot be read: ${reasonOf(error)}`);
  return new DataFileError(path, `cannot be read: ${reasonOf(error)}`);
}

async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(path, 'file', error);
  });
  if (found.isFile()) return found.size;
  throw new DataFileError(path, `is ${found.isDirectory() ? 'a folder' : 'no file'}, expected a file`);
}

/** A folder that is being listed. */
interface Walk {
  /** With `relative` before them the paths of its files are relative to where the listing began. */
  readonly relative: string;
  readonly path: string;
  /** Its real path and those of the folders that led here: a link to one of them would lead round and round. */
  readonly trail: readonly string[];
}

/** Whether an entry is a file or a folder, links followed; a link that leads nowhere is taken for a file. */
async function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }, path: string) {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';
  const target = await stat(path).catch(() => undefined);
  if (target === undefined || target.isFile()) return 'file';
  return target.isDirectory() ? 'folder' : 'other';
}

async function listInto(found: string[], { path, relative, trail }: Walk): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOTDIR'
      ? new DataFileError(path, 'is a file, expected a folder')
      : fileError(path, 'folder', error);
  });
  const before = found.length;
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const inner = join(path, entry.name);
    const name = relative + entry.name;
    const kind = await kindOf(entry, inner);
    if (kind === 'file') found.push(name);
    if (kind !== 'folder') continue;
    const real = entry.isSymbolicLink() ? await realpath(inner) : join(trail[0]!, entry.name);
    if (!trail.includes(real)) await listInto(found, { path: inner, relative: `${name}/`, trail: [real, ...trail] });
  }
  if (found.length === before && relative !== '') found.push(relative);
}

/**
 * Files of this machine. Links are followed, but not round in circles; hidden files are not listed. A file is open only
 * while a range of it is read, so that nothing has to be closed.
 * @param root a folder; left out, paths are relative to where the program was started. Absolute paths stay what they are.
 */
export function nodeFiles(root?: string): Files {
  const place = (path: string): string => (root === undefined || isAbsolute(path) ? path : joinPath(root, path));
  return {
    ...(root !== undefined && { name: root }),
    async list(folder = '') {
      const path = place(folder) || '.';
      const found: string[] = [];
      const real = await realpath(path).catch((error: unknown) => {
        throw fileError(path, 'folder', error);
      });
      await listInto(found, { path, relative: '', trail: [real] });
      return found.sort(byCodeUnits);
    },
    async open(path) {
      const file = place(path);
      const size = await sizeOfFile(file);
      return {
        size,
        name: file,
        async read(offset, length) {
          await using source = await fileSource(file).catch((error: unknown) => {
            throw fileError(file, 'file', error);
          });
          return await source.read(offset, length);
        },
      };
    },
    sizeOf: (path) => sizeOfFile(place(path)),
  };
}
