import type { RangeSource } from '@noisesmith/formats';
import { DataFileError } from './errors';

/** Where the files of a data set lie: a folder of a disk, files that a person chose in a page, a web server. */
export interface Files {
  /** What messages call the place; left out where paths say enough. */
  readonly name?: string;
  /**
   * Paths of the files below a folder, relative to it, with '/'. A folder without files, where folders are known, is
   * listed too, with '/' at its end. Hidden files (`.name`, `__MACOSX`, `Thumbs.db`) may be left out.
   * @param folder '' or left out: everything
   * @throws DataError when there is no such folder, or the place has no listing
   */
  list(folder?: string): Promise<readonly string[]>;
  /** @throws MissingFileError when there is no such file, DataError when it cannot be read */
  open(path: string): Promise<RangeSource>;
  /** Length of a file in bytes, where that costs less than opening it. @throws as `open` */
  sizeOf?(path: string): Promise<number>;
}

/** A path below a folder; '' stands for the folder, or the path, that is left out. */
export function joinPath(folder: string | undefined, path: string): string {
  if (folder === undefined || folder === '') return path;
  if (path === '') return folder;
  return folder.endsWith('/') ? folder + path : `${folder}/${path}`;
}

/** The paths of a listing that lie below a folder, relative to it. */
export function pathsBelow(paths: readonly string[], folder: string): readonly string[] {
  const prefix = folder.replace(/^(\.\/)+|^\.$/, '').replace(/\/*$/, '/');
  if (prefix === '/') return paths;
  return paths.filter((path) => path.startsWith(prefix) && path !== prefix).map((path) => path.slice(prefix.length));
}

/** The whole content of a file. @throws as `Files.open`, and DataFileError for a file that does not fit into memory */
export async function readWhole(files: Files, path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const source = await files.open(path);
  const { name = path, size } = source;
  try {
    return { name, bytes: await source.read(0, size) };
  } catch (error) {
    throw error instanceof RangeError ? new DataFileError(name, `its ${size} bytes do not fit into memory`) : error;
  }
}

/** Left behind by desktops, archivers and other programs, besides what begins with a dot. In lower case. */
const leftBehind = new Set([
  '__macosx',
  '__pycache__',
  '@eadir',
  '#recycle',
  '@recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  'thumbs.db',
  'desktop.ini',
]);

/** Whether a file or folder of this name is none of the data: `.ipynb_checkpoints`, `._a.png`, `__MACOSX`, `Thumbs.db`. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || leftBehind.has(name.toLowerCase());
}
