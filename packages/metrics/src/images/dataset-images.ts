import { type BrokenImage, DataFileError, type FloatImage, type ImageDataset, toFloatImage } from '@noisesmith/data';
import type { ImageSet } from './image-set';

/** Images that are read and decoded at a time. */
const AT_A_TIME = 8;

/** Results in order, of work that is begun `AT_A_TIME` ahead. What is not taken any more fails in silence. */
async function* inOrder<T>(count: number, work: (index: number) => Promise<T>): AsyncGenerator<T> {
  const begun: Promise<T>[] = [];
  for (let index = 0; index < count + AT_A_TIME; index++) {
    if (index < count) {
      const result = work(index);
      result.catch(() => undefined);
      begun.push(result);
    }
    if (index >= AT_A_TIME || index >= count) {
      const next = begun.shift();
      if (next === undefined) return;
      yield await next;
    }
  }
}

function formatOf(dataset: ImageDataset): string {
  const formats = Object.entries(dataset.formats ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (formats.length <= 1) return formats[0]?.[0] ?? 'bytes';
  return formats.map(([ending, count]) => `${ending} ${count}`).join(', ');
}

export interface DatasetImagesOptions {
  /** 'stored': as they are, whatever their sizes (default). 'prepared': as `pixels` makes them for training, of one size. */
  readonly as?: 'stored' | 'prepared';
  /** How they are stored, for sets that are not made of files. */
  readonly format?: string;
  /** Which of them, in ascending order; all unless given. */
  readonly only?: readonly number[];
}

/**
 * The images of a data set: as they are stored, whatever their sizes, or as `pixels` prepares them for training, of one
 * size.
 */
export function datasetImages(
  dataset: ImageDataset,
  { as = 'stored', format = formatOf(dataset), only }: DatasetImagesOptions = {},
): ImageSet {
  const { channels, height, width } = dataset;
  const count = only?.length ?? dataset.size;
  const read = async (position: number): Promise<FloatImage> => {
    const index = only ? only[position]! : position;
    if (as === 'prepared') return { width, height, channels, data: await dataset.pixels(index) };
    const raster = await dataset.original(index);
    return toFloatImage(raster, { left: 0, top: 0, width: raster.width, height: raster.height });
  };
  return {
    name: dataset.name,
    count,
    format,
    fingerprint: dataset.fingerprint,
    warnings: dataset.warnings,
    async *images(prepare, signal) {
      yield* inOrder<FloatImage | BrokenImage>(count, async (index) => {
        signal?.throwIfAborted();
        try {
          return prepare(await read(index));
        } catch (error) {
          if (!(error instanceof DataFileError)) throw error;
          return { index, name: error.place, reason: error.reason };
        }
      });
    },
    describe: (index) => dataset.describe(only?.[index] ?? index),
    some: (indices) => datasetImages(dataset, { as, format, only: indices.map((index) => only?.[index] ?? index) }),
    at: (indices) => Promise.all(indices.map(read)),
  };
}
