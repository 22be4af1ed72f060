import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readExactly } from './answer';
import { openInside } from './open-inside';

/** A file of a run. */
export interface ListedFile {
  /** Below the run's folder, with '/'. */
  readonly path: string;
  /** Bytes and the last change in milliseconds since 1970, of files that stand in the run's folder itself. */
  readonly size?: number;
  readonly modified?: number;
  /** What the file ends with, and where in it that begins, of statistics that grow: pages that follow them need not ask again. */
  readonly end?: { readonly from: number; readonly text: string };
}

export interface ListedRun {
  /** Below `/run/`: '' or names that end with '/'. */
  readonly path: string;
  /** What to call it. */
  readonly name: string;
  readonly files: readonly ListedFile[];
}

/** What `/run/` says, as JSON. */
export interface RunList {
  readonly runs: readonly ListedRun[];
}

/** A folder with one of these is that of a run. */
const marks = ['config.json', 'stats.jsonl'];

/** How far below the served folder runs are looked for, and files in a run. */
const DEPTH = 3;
const MOST_RUNS = 500;
const MOST_FILES = 20_000;

const STATISTICS = 'stats.jsonl';
/** A run with this file is trained right now. */
const LOCK = 'lock';
/** So much of growing statistics stands in the list: more than a page misses between two looks. */
const END_BYTES = 32 * 1024;
const LINE_FEED = 10;

/** Nothing in a folder that is gone or may not be read; links are passed over. */
async function entriesOf(folder: string): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  const found: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const named = (is: (entry: Dirent) => boolean): string[] =>
    found.filter((entry) => is(entry) && !entry.name.startsWith('.')).map(({ name }) => name);
  return { files: named((entry) => entry.isFile()).sort(), folders: named((entry) => entry.isDirectory()).sort() };
}

async function filesOf(folder: string): Promise<ListedFile[]> {
  const { files, folders } = await entriesOf(folder);
  const listed = await Promise.all(
    files.map(async (path): Promise<ListedFile[]> => {
      const state = await lstat(join(folder, path)).catch(() => undefined);
      return state?.isFile() ? [{ path, size: state.size, modified: Math.floor(state.mtimeMs) }] : [];
    }),
  );
  const found = listed.flat();
  const within = async (path: string, depth: number): Promise<void> => {
    const entries = await entriesOf(join(folder, path));
    for (const name of entries.files) {
      if (found.length < MOST_FILES) found.push({ path: `${path}/${name}` });
    }
    if (depth < DEPTH) for (const name of entries.folders) await within(`${path}/${name}`, depth + 1);
  };
  for (const name of folders) await within(name, 1);
  if (!files.includes(LOCK)) return found;
  return Promise.all(found.map((file) => (file.path === STATISTICS ? withEnd(folder, file) : file)));
}

/** The statistics with their end, from the beginning of a line; as they were listed where they cannot be read. */
async function withEnd(folder: string, listed: ListedFile): Promise<ListedFile> {
  const file = await openInside(folder, [listed.path]).catch(() => undefined);
  if (!file) return listed;
  try {
    const size = Number(file.state.size);
    const first = Math.max(0, size - END_BYTES);
    const bytes = await readExactly(file, first, size - first);
    const start = first === 0 ? 0 : bytes.indexOf(LINE_FEED) + 1;
    return { ...listed, size, end: { from: first + start, text: new TextDecoder().decode(bytes.subarray(start)) } };
  } catch {
    return listed;
  } finally {
    await file.handle.close();
  }
}

/** Names of the folders of runs below a folder, '' for itself. */
export async function runsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (path: string, depth: number): Promise<void> => {
    const { files, folders } = await entriesOf(join(folder, path));
    if (marks.some((name) => files.includes(name))) {
      if (found.length < MOST_RUNS) found.push(path);
      return;
    }
    if (depth < DEPTH) for (const name of folders) await look(path === '' ? name : `${path}/${name}`, depth + 1);
  };
  await look('', 0);
  return found;
}

/** A list as it was at some moment, and what tells it from another. */
export interface ListState {
  readonly list: RunList;
  readonly text: string;
  readonly etag: string;
}

const YOUNG_MS = 1000;
/** Looking takes at most this share of the time. */
const SHARE = 1 / 20;

/** The runs of a folder, looked up when somebody asks, once for all who do at about the same time. */
export class RunLister {
  private current: Promise<ListState> | undefined;
  private until = 0;

  /**
   * @param folder path without links
   * @param single the folder is that of one run, which may yet have to begin; else runs are looked for below it
   */
  constructor(
    private readonly folder: string,
    private readonly single: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  state(): Promise<ListState> {
    if (this.current && this.now() < this.until) return this.current;
    const start = this.now();
    const looking = this.look();
    this.current = looking;
    this.until = Infinity;
    const settle = (): void => {
      const end = this.now();
      this.until = end + Math.max(YOUNG_MS, (end - start) / SHARE);
    };
    looking.then(settle, settle);
    return looking;
  }

  private async look(): Promise<ListState> {
    const paths = this.single ? [''] : await runsBelow(this.folder);
    const runs: ListedRun[] = [];
    for (const path of paths) {
      const files = await filesOf(join(this.folder, path));
      runs.push({ path: path === '' ? '' : `${path}/`, name: path || basename(this.folder), files });
    }
    const list: RunList = { runs };
    const text = JSON.stringify(list);
    return { list, text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
  }
}
