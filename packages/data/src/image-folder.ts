import type { SkippedFiles } from './dataset';
import { DataError } from './errors';
import { isHidden } from './files';
import { folderWarnings } from './folder-warnings';
import { inNaturalOrder } from './natural-order';

/** File name endings that are taken for images: what `sharp` and browsers both decode as they are. */
export const imageExtensions = ['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.avif'];

/** The ending of a file name in lower case, with its dot; '' where there is none. */
function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(name.lastIndexOf('.')).toLowerCase() : '';
}

/** What a listing says about a folder of images, before any of them is opened. */
export interface ImageFolder {
  /** In natural order; hidden files and what else is no image left out. */
  readonly images: readonly string[];
  /** One for each image; -1 without classes. */
  readonly labels: Int32Array;
  /** The first folders of the paths, in natural order; empty where images lie in no folder. */
  readonly classes: readonly string[];
  readonly skipped: readonly SkippedFiles[];
  /** One line each. */
  readonly warnings: readonly string[];
}

function skippedFiles(others: readonly string[]): readonly SkippedFiles[] {
  const byReason = new Map<string, { count: number; example: string }>();
  for (const path of others) {
    const ending = endingOf(path);
    const reason = ending === '' ? 'no ending' : `ending ${ending}`;
    const group = byReason.get(reason);
    if (group === undefined) byReason.set(reason, { count: 1, example: path });
    else group.count++;
  }
  return Array.from(byReason, ([reason, group]) => ({ reason, ...group })).sort((a, b) => b.count - a.count);
}

/** The first folder of a path, which is its class; '' for a file of the root. */
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));

/** Images of each ending, without its dot. */
export function endingCounts(paths: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const path of paths) {
    const ending = endingOf(path).slice(1);
    counts[ending] = (counts[ending] ?? 0) + 1;
  }
  return counts;
}

/**
 * What of a folder is images, and of which classes.
 * @param paths as `Files.list` gives them: a folder without files ends in '/'
 * @param name what messages call the folder
 * @param folders what folders are: with 'plain' there are no classes, and images may lie anywhere
 * @throws DataError when there are no images, or images lie beside class folders
 */
export function imageFolder(
  paths: readonly string[],
  name: string,
  folders: 'classes' | 'plain' = 'classes',
): ImageFolder {
  const shown = inNaturalOrder(paths).filter((path) => !path.split('/').some(isHidden));
  const files = shown.filter((path) => !path.endsWith('/'));
  const images: string[] = [];
  const others: string[] = [];
  for (const path of files) (imageExtensions.includes(endingOf(path)) ? images : others).push(path);
  const skipped = skippedFiles(others);
  if (images.length === 0) {
    const found = skipped.map(({ count, reason }) => `${count} with ${reason}`).join(', ') || 'no files';
    throw new DataError(`${name}: no images (${imageExtensions.join(' ')}); it holds ${found}`);
  }
  const classes = folders === 'plain' ? [''] : inNaturalOrder([...new Set(images.map(folderOf))]);
  const stray = images.filter((path) => folderOf(path) === '');
  if (stray.length > 0 && classes.length > 1) {
    throw new DataError(
      `${name}: ${stray.length} of ${images.length} images, such as ${stray[0]}, lie beside class folders; move them into one of them, or all images into one folder`,
    );
  }
  const named = stray.length > 0 || folders === 'plain' ? [] : classes;
  const labelOf = new Map(named.map((folder, label) => [folder, label]));
  return {
    images,
    labels: Int32Array.from(images, (path) => labelOf.get(folderOf(path)) ?? -1),
    classes: named,
    skipped,
    warnings: folderWarnings({ name, images, classes: named, skipped, folders: paths.map(folderOf) }),
  };
}
