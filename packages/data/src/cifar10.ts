import { platform } from '#platform';
import { createDataset, type DatasetOptions, type ImageDataset } from './dataset';
import { DataError } from './errors';
import type { Raster } from './raster';

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A label, then the planes of red, green and blue. */
const RECORD = 1 + 3 * PLANE;

const files = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};

/** Where the archive was unpacked, or the folder that it unpacks to. */
const SUBFOLDER = 'cifar-10-batches-bin';

interface Batch {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function readBatches(folder: string, names: readonly string[]): Promise<Batch[]> {
  const there = new Set(await platform.listFiles(folder));
  const inside = there.has(`${SUBFOLDER}/${names[0]}`) ? `${SUBFOLDER}/` : '';
  for (const name of names) {
    if (there.has(inside + name)) continue;
    throw new DataError(`${folder}: no ${inside}${name}; expected the binary version of CIFAR-10, ${names.join(', ')}`);
  }
  return Promise.all(
    names.map(async (name) => {
      const path = `${folder}/${inside}${name}`;
      const bytes = await platform.readFile(path);
      if (bytes.length % RECORD === 0) return { path, bytes };
      throw new DataError(`${path}: ${bytes.length} bytes, expected a multiple of ${RECORD}, which one image takes`);
    }),
  );
}

function interleave(planes: Uint8Array): Raster {
  const data = new Uint8Array(3 * PLANE);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < PLANE; pixel++) data[3 * pixel + channel] = planes[channel * PLANE + pixel]!;
  }
  return { width: SIDE, height: SIDE, channels: 3, data };
}

/**
 * CIFAR-10: 50,000 training and 10,000 test images of 32x32 pixels in ten classes (Krizhevsky 2009), from the files of its
 * binary version in a folder that the user names.
 * @throws DataError naming a file that is missing or no whole number of images, or an image whose label is none of ten
 */
export async function cifar10Dataset(
  folder: string,
  options: DatasetOptions & { split?: 'train' | 'test' } = {},
): Promise<ImageDataset> {
  const { split = 'train', ...common } = options;
  const batches = await readBatches(folder, files[split]);
  const records = batches.flatMap(({ path, bytes }) =>
    Array.from({ length: bytes.length / RECORD }, (_, i) => ({ path, i, bytes, at: i * RECORD })),
  );
  return createDataset(
    {
      name: 'cifar10',
      size: records.length,
      classes,
      label: (index) => records[index]!.bytes[records[index]!.at]!,
      describe: (index) => `${records[index]!.path}: image ${records[index]!.i}`,
      load(index) {
        const { at, bytes } = records[index]!;
        return interleave(bytes.subarray(at + 1, at + RECORD));
      },
      inMemory: true,
    },
    common,
  );
}
