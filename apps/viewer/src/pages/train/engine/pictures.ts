import { DataFileError, type Files, type ImageDataset, type OpenOptions, openDataset } from '@noisesmith/data';
import { blobSource, writeNpz } from '@noisesmith/formats';

/** A file that was dropped or chosen, and where it lies in what was. */
export interface PlacedFile {
  readonly path: string;
  readonly file: File;
}

/** Pictures made as small as a network takes them. */
export interface Pictures {
  /** `arr_0` uint8 [count, size, size, 3], `arr_1` labels where there are classes. */
  readonly npz: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Names by label. */
  readonly classes: readonly string[];
  /** What was left out and why, one line each. */
  readonly warnings: readonly string[];
}

/** Pictures that are kept in memory at most: of 64×64 they take 200 MB. */
const MOST_PICTURES = 16_384;

const placed = (given: readonly PlacedFile[]): Files => {
  const byPath = new Map(given.map(({ file, path }) => [path, file]));
  return {
    name: 'dropped files',
    list: async () => [...byPath.keys()],
    open: async (path) => blobSource(byPath.get(path)!, path),
    sizeOf: async (path) => byPath.get(path)!.size,
  };
};

/** Sub-folders are classes; where pictures lie beside them, nothing is. */
async function openPictures(given: readonly PlacedFile[], options: OpenOptions): Promise<ImageDataset> {
  try {
    return await openDataset('folder:', options, placed(given));
  } catch (error) {
    const nested = given.some(({ path }) => path.includes('/'));
    if (!nested) throw error;
    return await openDataset('folder:', { ...options, folders: 'plain' }, placed(given));
  }
}

/**
 * Decodes pictures, crops them to their centre square and makes them small. One that does not decode is left out and named.
 * @throws DataError, one line, where there is nothing to train on
 */
export async function preparePictures(given: readonly PlacedFile[], size: number): Promise<Pictures> {
  const dataset = await openPictures(given, { size, channels: 3, resize: 'bicubic', crop: 'center' });
  const count = Math.min(dataset.size, MOST_PICTURES);
  const stride = size * size * 3;
  const data = new Uint8Array(count * stride);
  const labels: number[] = [];
  const warnings = [...dataset.warnings];
  for (const { count: files, example, reason } of dataset.skipped) {
    warnings.push(`${files} file${files === 1 ? '' : 's'} left out: ${reason}, such as ${example}`);
  }
  for (let index = 0; index < count; index++) {
    try {
      const pixels = await dataset.pixels(index);
      for (let i = 0; i < stride; i++) {
        data[labels.length * stride + i] = Math.round(255 * Math.min(1, Math.max(0, pixels[i]!)));
      }
      labels.push(dataset.label(index));
    } catch (error) {
      if (!(error instanceof DataFileError)) throw error;
      warnings.push(`${error.message}; left out`);
    }
  }
  if (dataset.size > count) warnings.push(`only the first ${count} of ${dataset.size} pictures are used`);
  const classes = dataset.classes;
  const arrays = {
    arr_0: { dtype: 'U8' as const, shape: [labels.length, size, size, 3], data: data.slice(0, labels.length * stride) },
    ...(classes.length > 0 && {
      arr_1: { dtype: 'I32' as const, shape: [labels.length], data: Int32Array.from(labels) },
    }),
  };
  return { npz: writeNpz(arrays, { compress: true }), count: labels.length, classes, warnings };
}
