import { printable } from '@noisesmith/formats';
import type { SkippedFiles } from './dataset';
import { isHidden, joinPath } from './files';
import { inNaturalOrder } from './natural-order';

/** What a folder of images may be told about. */
export interface FolderContents {
  readonly name: string;
  readonly images: readonly string[];
  readonly classes: readonly string[];
  readonly skipped: readonly SkippedFiles[];
  /** The first folder of every path that was listed, also of hidden files and of folders without files. */
  readonly folders: readonly string[];
}

/** What people call the parts of a data set, in lower case. */
const splitNames = new Set(['train', 'training', 'val', 'valid', 'validation', 'dev', 'test', 'testing', 'eval']);

const SHOWN = 5;

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function skippedLine({ name, skipped }: FolderContents): string | undefined {
  if (skipped.length === 0) return undefined;
  const groups = skipped.map(({ reason, count, example }) => `${count} with ${reason} (${example})`);
  return `${name}: left out by their ending: ${listed(groups)}`;
}

function emptyClassesLine({ name, classes, folders }: FolderContents): string | undefined {
  if (classes.length === 0) return undefined;
  const full = new Set(classes);
  const empty = new Set(folders.filter((folder) => folder !== '' && !isHidden(folder) && !full.has(folder)));
  if (empty.size === 0) return undefined;
  return `${name}: no images in ${listed(inNaturalOrder([...empty]))}: no class of that name`;
}

/** The folders inside each class, for classes all of whose images lie in such folders. */
function foldersWithin(images: readonly string[]): Map<string, Set<string>> {
  const within = new Map<string, Set<string>>();
  const direct = new Set<string>();
  for (const path of images) {
    const [top, inner, file] = path.split('/', 3) as [string, string, string?];
    if (file === undefined) direct.add(top);
    else within.set(top, (within.get(top) ?? new Set()).add(inner));
  }
  for (const folder of direct) within.delete(folder);
  return within;
}

/** What looks like the parts of a data set, or one folder too many, where classes were expected. */
function splitsLine({ name, images, classes }: FolderContents): string | undefined {
  if (classes.length === 0) return undefined;
  const within = foldersWithin(images);
  const open = `give one of them, such as ${joinPath(name, classes[0]!)}`;
  if (classes.length === 1) {
    const inner = [...(within.get(classes[0]!) ?? [])];
    if (inner.length < 2) return undefined;
    return `${name}: its only class is ${classes[0]}, which holds the folders ${listed(inner)}: if those are the classes, give ${joinPath(name, classes[0]!)}`;
  }
  if (classes.every((folder) => splitNames.has(folder.toLowerCase()))) {
    return `${name}: the classes are called ${listed(classes)}, as parts of a data set are: if they are that, ${open}`;
  }
  const counts = new Map<string, number>();
  for (const inner of within.values()) for (const folder of inner) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count > 1).map(([folder]) => folder);
  if (within.size < classes.length || shared.length === 0) return undefined;
  return `${name}: the classes ${listed(classes)} hold folders of the same names (${listed(shared)}): if they are parts of a data set, ${open}`;
}

/** One line for each thing about a folder of images that its owner may not know. */
export function folderWarnings(contents: FolderContents): readonly string[] {
  const lines = [skippedLine(contents), emptyClassesLine(contents), splitsLine(contents)];
  return lines.filter((line) => line !== undefined).map(printable);
}
