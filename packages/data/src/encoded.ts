import { platform } from '#platform';
import { concurrently } from './concurrently';
import { createDataset, type DatasetOptions, type ImageDataset, type ImageSource } from './dataset';
import { DataFileError } from './errors';
import { type Files, joinPath } from './files';
import { evenlySpaced, fingerprint } from './fingerprint';
import { endingCounts, imageFolder } from './image-folder';

/** Encoded images whose labels are known. */
export interface EncodedImages {
  /** What messages call the set. */
  readonly name: string;
  readonly files: Files;
  /** Relative to `folder`. */
  readonly paths: readonly string[];
  /** Where the paths begin, in `files`. */
  readonly folder: string;
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** As many files are asked for their size: beyond, evenly spaced ones stand for all. */
const SIZES = 50_000;

/** From names, labels, class names, and the sizes of files where the place knows them. */
async function fingerprintOf({ files, paths, folder, labels, classes }: EncodedImages): Promise<string> {
  const sizes = new Map<number, number>();
  if (files.sizeOf !== undefined) {
    await concurrently(evenlySpaced(paths.length, SIZES), 32, async (index) => {
      // A file that is not there is told when it is read.
      sizes.set(index, await files.sizeOf!(joinPath(folder, paths[index]!)).catch(() => -1));
    });
  }
  return fingerprint([
    ...classes,
    '',
    ...paths.map((path, index) => `${labels[index]} ${sizes.get(index) ?? ''} ${path}`),
  ]);
}

/** A source of encoded images, decoded on demand. */
export async function encodedSource(images: EncodedImages): Promise<ImageSource> {
  const { name, files, paths, folder, labels, classes } = images;
  return {
    name,
    size: paths.length,
    classes,
    label: (index) => labels[index]!,
    describe: (index) => `${name}: ${paths[index]!}`,
    async load(index) {
      const path = paths[index]!;
      const source = await files.open(joinPath(folder, path));
      if (source.size === 0) throw new DataFileError(path, 'the file is empty');
      return platform.decodeImage(await source.read(0, source.size));
    },
    inMemory: false,
    formats: endingCounts(paths),
    fingerprint: await fingerprintOf(images),
  };
}

/**
 * A data set of encoded images. The first folder of a path is the class, classes are in natural order; without folders the
 * set has no labels. Hidden files are skipped, other files are left out by their ending and counted. Decoding happens on
 * demand.
 * @param options.folder which of the files; left out: all
 * @param options.folders 'plain': folders are no classes, and images may lie anywhere
 * @throws DataError when there are no images, or images lie beside class folders
 */
export async function filesDataset(
  files: Files,
  options: DatasetOptions & { folder?: string; folders?: 'classes' | 'plain' } = {},
): Promise<ImageDataset> {
  const { folder = '', folders, ...common } = options;
  const name = joinPath(files.name, folder) || 'files';
  const { images, labels, classes, skipped, warnings } = imageFolder(await files.list(folder), name, folders);
  const source = await encodedSource({ name, files, paths: images, folder, labels, classes });
  return createDataset({ ...source, skipped, warnings }, common);
}
