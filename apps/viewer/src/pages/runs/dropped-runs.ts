import type { DroppedFile } from '../../ui/dropped-files';
import { type RunSource, settingFiles } from './run-view';
import { StatsLog } from './stats-log';

/** A folder with one of these is that of a run. */
const marks = ['config.json', 'stats.jsonl'];

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Folders of runs, in order of their names; '' for files that stand in none. */
export function runFolders(paths: readonly string[]): readonly string[] {
  const found = new Set(paths.filter((path) => marks.includes(nameOf(path))).map(folderOf));
  const isInAnother = (folder: string): boolean => {
    for (let outer = folder; outer !== ''; ) {
      outer = folderOf(outer);
      if (found.has(outer)) return true;
    }
    return false;
  };
  return [...found]
    .filter((folder) => !isInAnother(folder))
    .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** Names that tell folders apart: their own, or more of the way where two are alike. */
export function runNames(folders: readonly string[]): readonly string[] {
  const own = folders.map((folder) => nameOf(folder) || 'dropped run');
  return own.map((name, i) => (own.indexOf(name) === own.lastIndexOf(name) ? name : folders[i] || name));
}

/** The lines of a file, read piece by piece. */
async function logOf(file: Blob): Promise<StatsLog> {
  const log = new StatsLog();
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    log.append(value);
  }
  log.end();
  return log;
}

/**
 * The runs among files that were dropped.
 * @throws Error, one line, where there are none
 */
export async function droppedRuns(files: readonly DroppedFile[]): Promise<readonly RunSource[]> {
  const folders = runFolders(files.map(({ path }) => path));
  if (folders.length === 0) {
    throw new Error(
      `no run among ${files.length === 1 ? `what was dropped (${files[0]!.path})` : `the ${files.length} files`}; expected the folder of a run, with config.json and stats.jsonl`,
    );
  }
  const names = runNames(folders);
  return Promise.all(
    folders.map(async (folder, i): Promise<RunSource> => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const own = new Map(
        files.filter(({ path }) => path.startsWith(prefix)).map(({ file, path }) => [path.slice(prefix.length), file]),
      );
      const texts = new Map<string, string>();
      for (const name of Object.keys(settingFiles)) {
        const file = own.get(name);
        if (file) texts.set(name, await file.text());
      }
      const stats = own.get('stats.jsonl');
      return { id: `dropped:${folder}`, name: names[i]!, texts, log: stats && (await logOf(stats)), files: own };
    }),
  );
}
