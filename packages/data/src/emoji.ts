import { platform } from '#platform';
import { createDataset, type DatasetOptions, type ImageDataset } from './dataset';
import { encodedSource } from './encoded';
import { DataError, reasonOf } from './errors';
import { type Files, joinPath, readWhole } from './files';
import { byCodeUnits } from './natural-order';

const packageName = 'emoji-datasource-google';

/** The five skin-tone swatches are the whole category 'Component': too few for a class, and symbols by their look. */
const mergedCategories: Readonly<Record<string, string>> = { Component: 'Symbols' };

/** Which of the emoji to take. */
export interface EmojiOptions extends DatasetOptions {
  /** The unpacked package; by default where npm installed it, or all of the files that are given. */
  folder?: string;
  /** Also the skin-tone variants of people and hands. Default false. */
  skinVariants?: boolean;
}

interface EmojiEntry {
  image: string;
  category: string;
  variants: string[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parseEntry(value: unknown, index: number, file: string): EmojiEntry {
  if (!isRecord(value) || typeof value.image !== 'string' || typeof value.category !== 'string') {
    throw new DataError(`${file}: entry ${index} has no image and category`);
  }
  const skins = isRecord(value.skin_variations) ? Object.values(value.skin_variations) : [];
  const variants = skins.map((skin) => {
    if (!isRecord(skin) || typeof skin.image !== 'string') {
      throw new DataError(`${file}: a skin variation of ${value.image} has no image`);
    }
    return skin.image;
  });
  return { image: value.image, category: value.category, variants };
}

async function readEntries(files: Files, path: string): Promise<EmojiEntry[]> {
  const { name: file, bytes } = await readWhole(files, path);
  const text = new TextDecoder().decode(bytes);
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${file}: not JSON: ${reasonOf(error)}`);
  }
  if (!Array.isArray(entries)) throw new DataError(`${file}: expected a list of emoji`);
  return entries.map((entry, index) => parseEntry(entry, index, file));
}

/** The package of one vendor holds one picture set: `img/VENDOR/64`. */
async function pictures(files: Files, folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await files.list(joinPath(folder, 'img'))) {
    const match = /^[^/]+\/64\/([^/]+\.png)$/.exec(path);
    if (match !== null) found.set(match[1]!, `img/${path}`);
  }
  if (found.size === 0) throw new DataError(`${joinPath(files.name, folder)}: no pictures in img/*/64`);
  return found;
}

/**
 * Emoji of 64x64 pixels on white with their Unicode categories as classes (sorted by name, 'Component' merged into
 * 'Symbols'), from the npm package `emoji-datasource-google` (Noto, Apache-2.0) or a sister package of another vendor.
 * @throws DataError saying what to install when the package is not there, or naming a picture that is missing
 */
export async function emojiDataset(options: EmojiOptions = {}, files?: Files): Promise<ImageDataset> {
  const { folder, skinVariants, ...common } = options;
  const root = folder ?? (files === undefined ? platform.packageFolder(packageName) : '');
  if (root === undefined) {
    throw new DataError(`emoji needs the package ${packageName} (74 MB): npm install ${packageName}@16.0.0`);
  }
  const place = files ?? platform.files;
  const manifest = joinPath(root, 'emoji.json');
  const entries = await readEntries(place, manifest);
  const pathOf = await pictures(place, root);
  const categoryOf = ({ category }: EmojiEntry) => mergedCategories[category] ?? category;
  const classes = [...new Set(entries.map(categoryOf))].sort(byCodeUnits);
  const paths: string[] = [];
  const labels: number[] = [];
  for (const entry of entries) {
    for (const image of skinVariants ? [entry.image, ...entry.variants] : [entry.image]) {
      const path = pathOf.get(image);
      if (path === undefined) throw new DataError(`${joinPath(place.name, manifest)}: picture ${image} is missing`);
      paths.push(path);
      labels.push(classes.indexOf(categoryOf(entry)));
    }
  }
  const images = { name: 'emoji', files: place, folder: root, paths, labels: Int32Array.from(labels), classes };
  return createDataset(await encodedSource(images), common);
}
