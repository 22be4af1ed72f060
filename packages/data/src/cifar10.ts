import { platform } from '#platform';
import { createDataset, type DatasetOptions, type ImageDataset } from './dataset';
import { DataError, MissingFileError } from './errors';
import { type Files, joinPath, readWhole } from './files';
import { evenlySpaced, fingerprintOfRows } from './fingerprint';
import type { Raster } from './raster';

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A label, then the planes of red, green and blue. */
const RECORD = 1 + 3 * PLANE;

/** So many images make the fingerprint. */
const FINGERPRINT_RECORDS = 5000;

const namesOf = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};

/** Where the archive was unpacked, or the folder that it unpacks to. */
const SUBFOLDER = 'cifar-10-batches-bin';

interface Batch {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function readBatch(files: Files, folder: string, name: string): Promise<Batch> {
  const { name: path, bytes } = await readWhole(files, joinPath(folder, name));
  if (bytes.length % RECORD === 0) return { path, bytes };
  throw new DataError(`${path}: ${bytes.length} bytes, expected a multiple of ${RECORD}, which one image takes`);
}

async function readBatches(files: Files, folder: string, names: readonly string[]): Promise<Batch[]> {
  const isThere = (path: string): Promise<boolean> =>
    files.open(joinPath(folder, path)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof MissingFileError) return false;
        throw error;
      },
    );
  const inside = (await isThere(`${SUBFOLDER}/${names[0]}`)) ? `${SUBFOLDER}/` : '';
  for (const name of names) {
    if (await isThere(inside + name)) continue;
    const place = joinPath(files.name, folder) || 'cifar10';
    throw new DataError(`${place}: no ${inside}${name}; expected the binary version of CIFAR-10, ${names.join(', ')}`);
  }
  return Promise.all(names.map((name) => readBatch(files, folder, inside + name)));
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
 * binary version.
 * @param options.folder where the files lie; the folder that the archive unpacks to may stand between
 * @throws DataError naming a file that is missing or no whole number of images, or an image whose label is none of ten
 */
export async function cifar10Dataset(
  options: DatasetOptions & { folder: string; split?: 'train' | 'test' },
  files: Files = platform.files,
): Promise<ImageDataset> {
  const { folder, split = 'train', ...common } = options;
  const batches = await readBatches(files, folder, namesOf[split]);
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
      fingerprint: await fingerprintOfRows(evenlySpaced(records.length, FINGERPRINT_RECORDS), RECORD, (index) => {
        const { at, bytes } = records[index]!;
        return bytes.subarray(at, at + RECORD);
      }),
      sizes: { widths: [SIDE, SIDE], heights: [SIDE, SIDE] },
    },
    common,
  );
}
