import { platform } from '#platform';
import { createDataset, type DatasetOptions, type ImageDataset } from './dataset';
import { DataError, reasonOf } from './errors';
import { byCodeUnits, encodedSource, type ImageFile } from './files';

const packageName = 'emoji-datasource-google';

/** The five skin-tone swatches are the whole category 'Component': too few for a class, and symbols by their look. */
const mergedCategories: Readonly<Record<string, string>> = { Component: 'Symbols' };

/** Which of the emoji to take. */
export interface EmojiOptions extends DatasetOptions {
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

async function readEntries(file: string): Promise<EmojiEntry[]> {
  const text = new TextDecoder().decode(await platform.readFile(file));
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
async function pictures(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await platform.listFiles(`${folder}/img`)) {
    const match = /^[^/]+\/64\/([^/]+\.png)$/.exec(path);
    if (match !== null) found.set(match[1]!, `img/${path}`);
  }
  if (found.size === 0) throw new DataError(`${folder}: no pictures in img/*/64`);
  return found;
}

/**
 * Emoji of 64x64 pixels on white with their Unicode categories as classes (sorted by name, 'Component' merged into
 * 'Symbols'), from the npm package `emoji-datasource-google` (Noto, Apache-2.0) or a sister package of another vendor.
 * @param folder the unpacked package; by default where npm installed it
 * @throws DataError saying what to install when the package is not there, or naming a picture that is missing
 */
export async function emojiDataset(folder?: string, options: EmojiOptions = {}): Promise<ImageDataset> {
  const root = folder ?? platform.packageFolder(packageName);
  if (root === undefined) {
    throw new DataError(`emoji needs the package ${packageName} (74 MB): npm install ${packageName}@16.0.0`);
  }
  const manifest = `${root}/emoji.json`;
  const entries = await readEntries(manifest);
  const pathOf = await pictures(root);
  const categoryOf = ({ category }: EmojiEntry) => mergedCategories[category] ?? category;
  const classes = [...new Set(entries.map(categoryOf))].sort(byCodeUnits);
  const files: ImageFile[] = [];
  const labels: number[] = [];
  for (const entry of entries) {
    for (const image of options.skinVariants ? [entry.image, ...entry.variants] : [entry.image]) {
      const path = pathOf.get(image);
      if (path === undefined) throw new DataError(`${manifest}: picture ${image} is missing`);
      files.push({ path, bytes: () => platform.readFile(`${root}/${path}`) });
      labels.push(classes.indexOf(categoryOf(entry)));
    }
  }
  return createDataset(encodedSource('emoji', files, Int32Array.from(labels), classes), options);
}
