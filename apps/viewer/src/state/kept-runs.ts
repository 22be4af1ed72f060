/**
 * Runs that this browser keeps, as folders of its private file system: `runs/ID` holds what a run folder of the command
 * line holds, its data, and `about.json`. Nothing here knows the engine, so that any page may list them.
 */

/** What the page says of a run: the content of `about.json`. */
export interface AboutRun {
  readonly title: string;
  readonly kind: 'pictures' | 'points';
  /** ISO 8601. */
  readonly created: string;
  readonly updated: string;
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  /** The page's own settings, to show them again. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names by label. */
  readonly classes: readonly string[];
  /** What it began with and keeps: `webgpu`, `wasm`. */
  readonly backend?: string;
}

export interface KeptRun {
  readonly id: string;
  readonly about: AboutRun;
  /** Bytes of all of its files. */
  readonly bytes: number;
  /** A file of the run, of `ema.safetensors` unless another is named; undefined where there is none yet. */
  open(name?: string): Promise<File | undefined>;
}

export const ABOUT_FILE = 'about.json';
const FOLDER = 'runs';
/** Looks at a file that is replaced each time before it is read. */
const LOOKS = 5;

/** What the type library lacks of a folder: `entries` of the File System standard. */
interface Listed extends FileSystemDirectoryHandle {
  entries(): AsyncIterableIterator<[string, FileSystemHandle]>;
}

/** Where runs are kept. @returns undefined where the browser keeps no files for a page */
export async function runsFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    // Older browsers have folders whose files a page cannot write.
    if (!('createWritable' in FileSystemFileHandle.prototype)) return undefined;
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return undefined;
  }
}

/** A run under way removes files while others look. */
const sizeOf = (handle: FileSystemFileHandle): Promise<number> =>
  handle.getFile().then(
    ({ size }) => size,
    () => 0,
  );

async function bytesIn(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const [, handle] of (folder as Listed).entries()) {
    if (handle.kind === 'directory') bytes += await bytesIn(handle as FileSystemDirectoryHandle);
    else bytes += await sizeOf(handle as FileSystemFileHandle);
  }
  return bytes;
}

/** @returns undefined where there is no such file, or nothing in it */
async function fileAt(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  const names = path.split('/');
  const last = names.pop()!;
  try {
    let place = folder;
    for (const name of names) place = await place.getDirectoryHandle(name);
    const file = await (await place.getFileHandle(last)).getFile();
    return file.size > 0 ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at a file that is written anew again and again: a text is whole, or undefined. */
async function textAt(folder: FileSystemDirectoryHandle, path: string): Promise<string | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    try {
      return await (await fileAt(folder, path))?.text();
    } catch {
      // It was replaced after it was found: the next look finds what is there now.
    }
  }
  return undefined;
}

function aboutOf(text: string): AboutRun | undefined {
  try {
    const about = JSON.parse(text) as AboutRun;
    const sound =
      typeof about.title === 'string' && typeof about.step === 'number' && typeof about.updated === 'string';
    return sound ? about : undefined;
  } catch {
    return undefined;
  }
}

/** The runs of this browser, the latest first; none where it keeps none. */
export async function listKeptRuns(): Promise<readonly KeptRun[]> {
  const root = await runsFolder();
  if (!root) return [];
  const runs: KeptRun[] = [];
  for await (const [id, handle] of (root as Listed).entries()) {
    if (handle.kind !== 'directory') continue;
    const folder = handle as FileSystemDirectoryHandle;
    const about = aboutOf((await textAt(folder, ABOUT_FILE)) ?? '');
    if (!about) continue;
    runs.push({ id, about, bytes: await bytesIn(folder), open: (name = 'ema.safetensors') => fileAt(folder, name) });
  }
  return runs.sort((a, b) => b.about.updated.localeCompare(a.about.updated));
}

/** Removes a run with all of its files. */
export async function deleteKeptRun(id: string): Promise<void> {
  await (await runsFolder())?.removeEntry(id, { recursive: true });
}
