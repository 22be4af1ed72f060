import { blobSource } from '@noisesmith/formats';
import { DataError, MissingFileError } from './errors';
import { type Files, pathsBelow } from './files';

/** A file that a person chose, and where it lies in what was chosen. */
export interface PlacedFile {
  readonly path: string;
  readonly file: File;
}

/**
 * Files of which a page knows already where they lie, e.g. in a worker that was handed them; only what is asked for is
 * brought into memory.
 * @param name what messages call the place
 * @throws DataError when two files have one path
 */
export function placedFiles(placed: readonly PlacedFile[], name: string): Files {
  const fileAt = new Map(placed.map(({ path, file }) => [path, file]));
  if (fileAt.size < placed.length) {
    const twice = placed.find(({ path, file }) => fileAt.get(path) !== file)!;
    throw new DataError(`${name}: two files are called ${twice.path}; choose the folder that holds them`);
  }
  const find = (path: string): File => {
    const file = fileAt.get(path);
    if (file === undefined) throw new MissingFileError(path, 'no such file among those chosen');
    return file;
  };
  return {
    name,
    list: async (folder = '') => pathsBelow([...fileAt.keys()], folder),
    open: async (path) => blobSource(find(path), path),
    sizeOf: async (path) => find(path).size,
  };
}

/**
 * Files that a person chose in a page; only what is asked for is brought into memory. A chosen folder itself is no part of
 * the paths.
 * @param files from `<input type="file">`, with `webkitdirectory` for a folder, or from a drop of files
 * @throws DataError when two files have one name
 */
export function chosenFiles(files: Iterable<File> | ArrayLike<File>): Files {
  const placed = Array.from(files, (file) => ({
    path: (file.webkitRelativePath ?? '').split('/').slice(1).join('/') || file.name,
    file,
  }));
  const folder = placed[0]?.file.webkitRelativePath?.split('/')[0];
  return placedFiles(placed, folder || 'chosen files');
}

/** Entries come in portions; an empty one is the last. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (portion.length === 0) return entries;
    entries.push(...portion);
  }
}

async function placeEntry(entry: FileSystemEntry, above: string, placed: PlacedFile[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isDirectory) {
    for (const inner of await entriesOf(entry as FileSystemDirectoryEntry)) await placeEntry(inner, `${path}/`, placed);
    return;
  }
  const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
  placed.push({ path, file });
}

/**
 * Files and folders that were dropped on a page. One folder alone is the root, as a chosen folder is; of several, each
 * keeps its name. Call it in the handler of the drop, before anything is awaited: browsers forget the items afterwards.
 * @throws DataError when two files have one name
 */
export async function droppedFiles(items: DataTransferItemList): Promise<Files> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const placed: PlacedFile[] = [];
  const [first] = entries;
  if (entries.length === 1 && first!.isDirectory) {
    for (const inner of await entriesOf(first as FileSystemDirectoryEntry)) await placeEntry(inner, '', placed);
    return placedFiles(placed, first!.name);
  }
  for (const entry of entries) await placeEntry(entry, '', placed);
  return placedFiles(placed, 'dropped files');
}
