import type { BrokenImage } from './broken-images';
import { concurrently } from './concurrently';
import type { ImageDataset, ImageSizes } from './dataset';
import { DataFileError } from './errors';
import { evenlySpaced } from './fingerprint';

export interface CheckOptions {
  /** How many images to look at, evenly spaced. Default: all. */
  readonly images?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What decoding the images of a data set found. */
export interface DatasetCheck {
  /** How many were looked at. */
  readonly looked: number;
  /** Every one that does not decode, in order. */
  readonly broken: readonly BrokenImage[];
  /** Of those that decode, as they are stored; null where none does. */
  readonly sizes: ImageSizes | null;
}

/** As many as decoders work on at a time. */
const AT_A_TIME = 8;

const wider = ([low, high]: readonly [number, number], value: number): readonly [number, number] => [
  Math.min(low, value),
  Math.max(high, value),
];

/**
 * Decodes the images of a data set, to find those that training would pass over.
 * @throws FormatError for an archive whose checksums are wrong, UnavailableError when something else than the images is in the way
 */
export async function checkDataset(dataset: ImageDataset, options: CheckOptions = {}): Promise<DatasetCheck> {
  const { onProgress, signal } = options;
  if (options.images === undefined) await dataset.verify?.(signal);
  const indices = evenlySpaced(dataset.size, options.images ?? dataset.size);
  const broken: BrokenImage[] = [];
  let sizes: ImageSizes | null = null;
  let done = 0;
  await concurrently(indices, AT_A_TIME, async (index) => {
    signal?.throwIfAborted();
    try {
      const { width, height } = await dataset.original(index);
      const { widths, heights }: ImageSizes = sizes ?? { widths: [width, width], heights: [height, height] };
      sizes = { widths: wider(widths, width), heights: wider(heights, height) };
    } catch (error) {
      if (!(error instanceof DataFileError)) throw error;
      broken.push({ index, name: error.place, reason: error.reason });
    }
    onProgress?.(++done, indices.length);
  });
  return { looked: indices.length, broken: broken.sort((a, b) => a.index - b.index), sizes };
}
