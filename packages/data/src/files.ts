import { platform } from '#platform';
import { createDataset, type DatasetOptions, type ImageDataset, type ImageSource } from './dataset';
import { DataError } from './errors';

/** One encoded image. */
export interface ImageFile {
  /** Relative to the root of the set, with '/': the first folder is the class. */
  path: string;
  bytes(): Promise<Uint8Array>;
}

/** File name endings that are taken for images. */
export const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp'];

/** Whether a file name ends like an image; folders often hold other things beside them. */
export function isImagePath(path: string): boolean {
  const lower = path.toLowerCase();
  return imageExtensions.some((extension) => lower.endsWith(extension));
}

/** Code-unit order: the same on every machine and in every locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A source of encoded images whose labels are known. */
export function encodedSource(
  name: string,
  files: readonly ImageFile[],
  labels: Int32Array,
  classes: readonly string[],
): ImageSource {
  return {
    name,
    size: files.length,
    classes,
    label: (index) => labels[index]!,
    describe: (index) => `${name}: ${files[index]!.path}`,
    load: async (index) => platform.decodeImage(await files[index]!.bytes()),
    inMemory: false,
  };
}

/**
 * A data set of encoded images. The first folder of a path is the class, classes are sorted by name; without folders
 * the set has no labels. Other files are left out by their ending. Decoding happens on demand.
 * @param options.name what messages call the set
 * @throws DataError when there are no images, or images lie beside class folders
 */
export function filesDataset(
  files: readonly ImageFile[],
  options: DatasetOptions & { name?: string } = {},
): Promise<ImageDataset> {
  const name = options.name ?? 'files';
  const images = files.filter((file) => isImagePath(file.path)).sort((a, b) => byCodeUnits(a.path, b.path));
  if (images.length === 0) throw new DataError(`${name}: no images (${imageExtensions.join(' ')})`);
  const folderOf = (file: ImageFile) => file.path.split('/').slice(0, -1)[0];
  const folders = new Set(images.map(folderOf));
  const stray = images.find((file) => folderOf(file) === undefined);
  if (stray !== undefined && folders.size > 1) {
    throw new DataError(`${name}: ${stray.path} lies beside class folders; move it into one of them`);
  }
  const classes = stray === undefined ? ([...folders] as string[]).sort(byCodeUnits) : [];
  const labelOfClass = new Map(classes.map((folder, label) => [folder, label]));
  const labels = Int32Array.from(images, (file) => labelOfClass.get(folderOf(file) ?? '') ?? -1);
  return createDataset(encodedSource(name, images, labels, classes), options);
}

/**
 * Files that a person chose in a browser, for {@link filesDataset}. The chosen folder itself is not part of the paths.
 * @param files from `<input type="file" webkitdirectory>` or a drop
 */
export function chosenFiles(files: Iterable<File>): ImageFile[] {
  return Array.from(files, (file) => ({
    path: (file.webkitRelativePath ?? '').split('/').slice(1).join('/') || file.name,
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  }));
}
