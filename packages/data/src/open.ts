import { readIdx, readNpz } from '@noisesmith/formats';
import { platform } from '#platform';
import { arrayDataset } from './arrays';
import { cifar10Dataset } from './cifar10';
import type { DatasetOptions, ImageDataset } from './dataset';
import { emojiDataset } from './emoji';
import { DataError } from './errors';
import { filesDataset } from './files';
import { mnistDataset } from './mnist';

/** Options of {@link openDataset}: the pixel pipeline, and what only some data sets have. */
export interface OpenOptions extends DatasetOptions {
  /** mnist and cifar10 only. Default 'train'. */
  split?: 'train' | 'test';
  /** emoji only: also the skin-tone variants. Default false. */
  skinVariants?: boolean;
}

/** What {@link openDataset} understands, with what each form means. */
export const datasetSpecs: readonly { form: string; meaning: string }[] = [
  { form: 'mnist', meaning: 'handwritten digits, 28x28 grey' },
  { form: 'emoji', meaning: 'emoji, 64x64; needs emoji-datasource-google' },
  { form: 'emoji:FOLDER', meaning: 'the same from an unpacked emoji-datasource package' },
  { form: 'cifar10:FOLDER', meaning: 'ten classes, 32x32; the files of its binary version' },
  { form: 'folder:PATH', meaning: 'JPEG, PNG and WebP files; sub-folders are classes' },
  { form: 'idx:IMAGES[,LABELS]', meaning: 'IDX files, plain or gzip' },
  { form: 'npz:FILE', meaning: 'arr_0: uint8 images NHWC; arr_1: labels, optional' },
];

async function openFolder(folder: string, options: DatasetOptions): Promise<ImageDataset> {
  const paths = await platform.listFiles(folder);
  const files = paths.map((path) => ({ path, bytes: () => platform.readFile(`${folder}/${path}`) }));
  return filesDataset(files, { ...options, name: folder });
}

async function openIdx(argument: string, options: DatasetOptions): Promise<ImageDataset> {
  const [imagesPath, labelsPath, ...rest] = argument.split(',');
  if (!imagesPath || labelsPath === '' || rest.length > 0) {
    throw new DataError(`idx:${argument}: expected idx:IMAGES or idx:IMAGES,LABELS`);
  }
  const images = readIdx(await platform.readFile(imagesPath), { name: imagesPath });
  if (labelsPath === undefined) return arrayDataset(images, undefined, { ...options, name: imagesPath });
  const labels = readIdx(await platform.readFile(labelsPath), { name: labelsPath });
  return arrayDataset(images, labels, { ...options, name: imagesPath, labelsName: labelsPath });
}

async function openNpz(file: string, options: DatasetOptions): Promise<ImageDataset> {
  const arrays = readNpz(await platform.readFile(file), { name: file });
  const images = arrays.get('arr_0');
  if (images === undefined) {
    throw new DataError(
      `${file}: no array arr_0 of images, only ${[...arrays.keys()].join(' ') || 'an empty archive'}`,
    );
  }
  return arrayDataset(images, arrays.get('arr_1'), { ...options, name: file, labelsName: `${file}: arr_1` });
}

/**
 * Opens a data set by its one-line name; see {@link datasetSpecs} for the forms.
 * @throws DataError in one line for an unknown form (listing the known ones), a missing file or package, images or
 * labels that do not fit, or an option that the data set does not have
 */
export async function openDataset(spec: string, options: OpenOptions = {}): Promise<ImageDataset> {
  const colon = spec.indexOf(':');
  const kind = colon < 0 ? spec : spec.slice(0, colon);
  const argument = colon < 0 ? undefined : spec.slice(colon + 1);
  const { split, skinVariants, ...common } = options;
  if (split !== undefined && split !== 'train' && split !== 'test') {
    throw new DataError(`unknown split '${split}', expected train or test`);
  }
  if (split === 'test' && kind !== 'mnist' && kind !== 'cifar10') {
    throw new DataError(`${spec}: only mnist and cifar10 have a test split`);
  }
  if (skinVariants && kind !== 'emoji') throw new DataError(`${spec}: only emoji has skin variants`);

  const parted = split === undefined ? common : { ...common, split };
  if (kind === 'mnist' && argument === undefined) return mnistDataset(parted);
  if (kind === 'emoji' && argument !== '')
    return emojiDataset(argument, { ...common, skinVariants: skinVariants ?? false });
  if (argument !== undefined && argument !== '') {
    if (kind === 'cifar10') return cifar10Dataset(argument, parted);
    if (kind === 'folder') return openFolder(argument, common);
    if (kind === 'idx') return openIdx(argument, common);
    if (kind === 'npz') return openNpz(argument, common);
  }
  throw new DataError(`unknown data set '${spec}', expected one of: ${datasetSpecs.map(({ form }) => form).join(' ')}`);
}
