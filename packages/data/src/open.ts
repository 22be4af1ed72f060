import { readIdx } from '@noisesmith/formats';
import { platform } from '#platform';
import { arrayDataset } from './arrays';
import { cifar10Dataset } from './cifar10';
import type { DatasetOptions, ImageDataset } from './dataset';
import { emojiDataset } from './emoji';
import { filesDataset } from './encoded';
import { DataError, MissingFileError } from './errors';
import { type Files, readWhole } from './files';
import { mnistDataset } from './mnist';
import { npzDataset } from './npz';

/** Options of {@link openDataset}: the pixel pipeline, and what only some data sets have. */
export interface OpenOptions extends DatasetOptions {
  /** mnist and cifar10 only. Default 'train'. */
  split?: 'train' | 'test';
  /** emoji only: also the skin-tone variants. Default false. */
  skinVariants?: boolean;
  /** folder only: 'plain' folders are no classes, and images may lie anywhere. Default 'classes'. */
  folders?: 'classes' | 'plain';
}

/** What {@link openDataset} understands, with what each form means. */
export const datasetSpecs: readonly { form: string; meaning: string }[] = [
  { form: 'mnist', meaning: 'handwritten digits, 28x28 grey' },
  { form: 'emoji', meaning: 'emoji, 64x64; needs emoji-datasource-google' },
  { form: 'emoji:FOLDER', meaning: 'the same from an unpacked emoji-datasource package' },
  { form: 'cifar10:FOLDER', meaning: 'ten classes, 32x32; the files of its binary version' },
  { form: 'folder:PATH', meaning: 'JPEG, PNG, WebP, GIF and AVIF files; sub-folders are classes' },
  { form: 'idx:IMAGES[,LABELS]', meaning: 'IDX files, plain or gzip' },
  { form: 'npz:FILE', meaning: 'arr_0: uint8 images NHWC; arr_1: labels, optional' },
];

/** The paths of `idx:IMAGES[,LABELS]`; `\\,` is a comma that is part of a name. */
function idxPaths(argument: string): [images: string, labels?: string] {
  const [images, labels, ...rest] = argument.split(/(?<!\\),/).map((path) => path.replaceAll('\\,', ','));
  if (images && labels !== '' && rest.length === 0) return [images, labels];
  throw new DataError(
    `idx:${argument}: expected idx:IMAGES or idx:IMAGES,LABELS; write a comma that is part of a name as \\,`,
  );
}

async function openIdx(argument: string, options: DatasetOptions, files: Files): Promise<ImageDataset> {
  const [imagesPath, labelsPath] = idxPaths(argument);
  const read = async (path: string) => {
    const { name, bytes } = await readWhole(files, path).catch((error: unknown) => {
      const hint = error instanceof MissingFileError && argument.includes(',') && !argument.includes('\\,');
      throw hint ? new DataError(`${error.message}; write a comma that is part of a name as \\,`) : error;
    });
    return { name, array: readIdx(bytes, { name }) };
  };
  const images = await read(imagesPath);
  if (labelsPath === undefined) return arrayDataset(images.array, undefined, { ...options, name: images.name });
  const labels = await read(labelsPath);
  return arrayDataset(images.array, labels.array, { ...options, name: images.name, labelsName: labels.name });
}

/**
 * Opens a data set by its one-line name; see {@link datasetSpecs} for the forms. With `files`, the paths of the name are
 * paths in them, `folder:`, `cifar10:` and `emoji` alone mean all of them, and `mnist` lies in their root or in `data`.
 * @param files where paths lead; default: the disk in Node, nowhere in a page
 * @throws DataError in one line for an unknown form (listing the known ones), a missing file or package, images or
 * labels that do not fit, or an option that the data set does not have
 */
export async function openDataset(spec: string, options: OpenOptions = {}, files?: Files): Promise<ImageDataset> {
  const colon = spec.indexOf(':');
  const kind = colon < 0 ? spec : spec.slice(0, colon);
  const argument = colon < 0 ? undefined : spec.slice(colon + 1);
  const { folders, split, skinVariants, ...common } = options;
  if (split !== undefined && split !== 'train' && split !== 'test') {
    throw new DataError(`unknown split '${split}', expected train or test`);
  }
  if (split === 'test' && kind !== 'mnist' && kind !== 'cifar10') {
    throw new DataError(`${spec}: only mnist and cifar10 have a test split`);
  }
  if (skinVariants && kind !== 'emoji') throw new DataError(`${spec}: only emoji has skin variants`);

  const place = files ?? platform.files;
  /** The folder of a form, or all of the files that were given. */
  const folder = argument || (files !== undefined && argument !== undefined ? '' : undefined);
  if (kind === 'mnist' && argument === undefined) return mnistDataset({ ...common, split }, files);
  if (kind === 'emoji' && (argument === undefined || folder !== undefined)) {
    return emojiDataset({ ...common, folder, skinVariants }, files);
  }
  if (folder !== undefined && kind === 'cifar10') return cifar10Dataset({ ...common, split, folder }, place);
  if (folder !== undefined && kind === 'folder')
    return filesDataset(place, { ...common, folder, ...(folders && { folders }) });
  if (argument && kind === 'idx') return openIdx(argument, common, place);
  if (argument && kind === 'npz') return npzDataset(await place.open(argument), common);
  throw new DataError(`unknown data set '${spec}', expected one of: ${datasetSpecs.map(({ form }) => form).join(' ')}`);
}
