import { type BrokenImage, BrokenImages } from './broken-images';
import { concurrently } from './concurrently';
import { DataError, DataFileError, reasonOf, UnavailableError } from './errors';
import { fingerprint } from './fingerprint';
import { type PixelOptions, prepareImage } from './prepare';
import { copyInto, type FloatImage, type Raster } from './raster';
import { batchItems, type StreamItem } from './shuffle';

/** Images ready for training. */
export interface ImageBatch {
  /** [n, height, width, channels], nominally [0, 1]; bicubic resizing may overshoot. */
  images: Float32Array<ArrayBuffer>;
  /** [n]; -1 where the data set has no labels. */
  labels: Int32Array<ArrayBuffer>;
}

/** Files that are not read, by why. */
export interface SkippedFiles {
  /** `ending .bmp`, or `no ending`. */
  readonly reason: string;
  readonly count: number;
  /** The first of them. */
  readonly example: string;
}

/** Smallest and largest extent in pixels. */
export interface ImageSizes {
  readonly widths: readonly [number, number];
  readonly heights: readonly [number, number];
}

/** A labelled set of images of one size, with random access. */
export interface ImageDataset {
  readonly name: string;
  /** Number of images. */
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Class names, indexed by label; empty when there are no labels. */
  readonly classes: readonly string[];
  /** Changes when images, labels or class names do; the same for a copy of the set elsewhere. */
  readonly fingerprint: string;
  /** What the owner of the set may not know, one line each. */
  readonly warnings: readonly string[];
  /** Files that are left out, by why. */
  readonly skipped: readonly SkippedFiles[];
  /** Of the images as they are stored, where that is known without decoding them. */
  readonly sizes?: ImageSizes;
  /** Files of each ending, such as `png`, where every image is a file. */
  readonly formats?: Readonly<Record<string, number>>;
  /** The images that did not decode so far, and that others stood in for. */
  readonly broken: readonly BrokenImage[];
  /** In [0, classes.length), or -1 without labels. */
  label(index: number): number;
  /** What messages call an image. */
  describe(index: number): string;
  /** An image as it is stored, decoded, before crop and resize. @throws DataFileError naming an image that does not decode */
  original(index: number): Promise<Raster>;
  /**
   * Reads all that checksums stand for, where that was not done on opening. @throws FormatError naming what is damaged
   */
  verify?(signal?: AbortSignal): Promise<void>;
  /** One image, [height, width, channels]; a fresh array. @throws DataFileError as `original` */
  pixels(index: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Several images, each mirrored left to right where its `flip` is set. In place of an image that does not decode comes
   * the next one that does, with its own label, so that the batch is a function of the items and the data.
   * @throws DataError when more than 10 images and more than 1 %, or more than half, did not decode
   */
  batch(items: readonly (number | StreamItem)[]): Promise<ImageBatch>;
}

/** Where a data set's images come from, before the pixel pipeline. */
export interface ImageSource {
  name: string;
  size: number;
  /** Empty when there are no labels. */
  classes: readonly string[];
  label(index: number): number;
  /** What messages call one image. */
  describe(index: number): string;
  load(index: number): Raster | Promise<Raster>;
  /** Whether `load` costs nothing because the samples are in memory. */
  inMemory: boolean;
  /** As in {@link ImageDataset}; default: made of the labels and class names. */
  fingerprint?: string;
  /** As in {@link ImageDataset}. */
  warnings?: readonly string[];
  /** As in {@link ImageDataset}. */
  skipped?: readonly SkippedFiles[];
  /** As in {@link ImageDataset}. */
  sizes?: ImageSizes;
  /** As in {@link ImageDataset}. */
  formats?: Readonly<Record<string, number>>;
  /** As in {@link ImageDataset}. */
  verify?(signal?: AbortSignal): Promise<void>;
}

/** How a data set prepares and keeps its images. */
export interface DatasetOptions extends PixelOptions {
  /**
   * Prepared images are kept up to this many bytes; the rest is prepared again each time. Nothing is evicted, because
   * an epoch visits each image once and any other would be just as far away. Default 1 GiB.
   */
  cacheBytes?: number;
  /** Told, in one line, of each image that does not decode. */
  onWarning?: (message: string) => void;
}

/** Images that are read and decoded at a time: more would only hold memory and file handles. */
const AT_A_TIME = 16;

/** @throws DataError naming the first image whose label lies outside the classes */
function checkLabels(source: ImageSource): void {
  const count = source.classes.length;
  if (count === 0) return;
  for (let index = 0; index < source.size; index++) {
    const label = source.label(index);
    if (!Number.isInteger(label) || label < 0 || label >= count) {
      throw new DataError(`${source.describe(index)}: label ${label} is out of range, expected 0 to ${count - 1}`);
    }
  }
}

function checkOptions(options: DatasetOptions): void {
  const { size, channels, resize, crop } = options;
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 1)) {
    throw new DataError(`image size ${size} is not a whole number >= 1`);
  }
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new DataError(`${channels} channels are not possible, expected 1 or 3`);
  }
  if (resize !== undefined && resize !== 'bicubic' && resize !== 'area') {
    throw new DataError(`unknown resize method '${resize}', expected bicubic or area`);
  }
  if (crop !== undefined && crop !== 'center' && crop !== 'none') {
    throw new DataError(`unknown crop '${crop}', expected center or none`);
  }
}

/** One line on classes that no image has. */
function emptyClasses({ classes, label, name, size }: ImageSource): readonly string[] {
  const empty = new Set(classes.keys());
  for (let index = 0; index < size && empty.size > 0; index++) empty.delete(label(index));
  const names = Array.from(empty, (missing) => classes[missing]!);
  if (names.length === 0) return [];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return [`${name}: no image has the label ${names.slice(0, 5).join(', ')}${more}, of ${classes.length} classes`];
}

async function fingerprintOf({ classes, label, size }: ImageSource): Promise<string> {
  const labels = classes.length === 0 ? [] : Array.from({ length: size }, (_, index) => String(label(index)));
  return fingerprint([String(size), classes.join('\n'), ...labels]);
}

/**
 * Runs a source through the pixel pipeline. Without `options.size` the first image decides the size.
 * @throws DataError for an empty source, a label out of range, an impossible option, or too many images that do not decode
 */
export async function createDataset(source: ImageSource, options: DatasetOptions = {}): Promise<ImageDataset> {
  checkOptions(options);
  const { name, size } = source;
  if (size === 0) throw new DataError(`${name}: no images`);
  checkLabels(source);
  const channels = options.channels ?? 3;
  const broken = new BrokenImages(size, options.onWarning ?? (() => {}));
  let budget = options.cacheBytes ?? 2 ** 30;
  const cache = new Map<number, FloatImage>();

  const checkIndex = (index: number): void => {
    if (Number.isInteger(index) && index >= 0 && index < size) return;
    throw new RangeError(`${name}: image ${index} is out of range, expected 0 to ${size - 1}`);
  };

  async function original(index: number): Promise<Raster> {
    checkIndex(index);
    try {
      return await source.load(index);
    } catch (error) {
      throw error instanceof UnavailableError ? error : new DataFileError(source.describe(index), reasonOf(error));
    }
  }

  async function prepare(index: number): Promise<FloatImage> {
    const cached = cache.get(index);
    if (cached !== undefined) return cached;
    const raster = await original(index);
    const image = prepareImage(raster, options);
    const resampled = image.width !== raster.width || image.height !== raster.height;
    if ((!source.inMemory || resampled) && image.data.byteLength <= budget && !cache.has(index)) {
      budget -= image.data.byteLength;
      cache.set(index, image);
    }
    return image;
  }

  /** The image itself, or the next one that decodes. */
  async function usable(index: number): Promise<{ index: number; image: FloatImage }> {
    broken.check();
    for (let at = index; ; at = (at + 1) % size) {
      if (broken.has(at)) continue;
      try {
        return { index: at, image: await prepare(at) };
      } catch (error) {
        if (!(error instanceof DataFileError)) throw error;
        broken.add({ index: at, name: error.place, reason: error.reason });
      }
    }
  }

  const first = await usable(0);
  const { width, height } = first.image;
  const stride = height * width * channels;

  function copy(target: Float32Array, offset: number, index: number, image: FloatImage, flip: boolean): void {
    if (image.width !== width || image.height !== height) {
      throw new DataError(
        `${source.describe(index)}: ${image.width}x${image.height} pixels, but the first image has ${width}x${height}; choose a size to resize to`,
      );
    }
    copyInto(target, offset, image, channels, flip);
  }

  const label = (index: number): number => (source.classes.length === 0 ? -1 : source.label(index));

  return {
    name,
    size,
    height,
    width,
    channels,
    classes: source.classes,
    fingerprint: source.fingerprint ?? (await fingerprintOf(source)),
    warnings: [...(source.warnings ?? []), ...emptyClasses(source)],
    skipped: source.skipped ?? [],
    ...(source.sizes !== undefined && { sizes: source.sizes }),
    ...(source.formats !== undefined && { formats: source.formats }),
    ...(source.verify !== undefined && { verify: (signal) => source.verify!(signal) }),
    get broken() {
      return broken.met;
    },
    label,
    describe: (index) => source.describe(index),
    original,
    async pixels(index) {
      const out = new Float32Array(stride);
      copy(out, 0, index, await prepare(index), false);
      return out;
    },
    async batch(items) {
      const images = new Float32Array(items.length * stride);
      const labels = new Int32Array(items.length);
      await concurrently(items, AT_A_TIME, async (item, k) => {
        const { index: asked, flip } = typeof item === 'number' ? { index: item, flip: false } : item;
        checkIndex(asked);
        const { index, image } = await usable(asked);
        labels[k] = label(index);
        copy(images, k * stride, index, image, flip);
      });
      return { images, labels };
    },
  };
}

/** What decides the order and the augmentation of a training run. */
export interface TrainStream {
  seed: number;
  batchSize: number;
  /** Mirror each image left to right with probability 1/2. Default false; digits and text must not be mirrored. */
  flip?: boolean;
}

/**
 * Batch `k` of the endless, shuffled stream: a function of (seed, k) alone, so resuming at any step needs no replay.
 * Each epoch visits every image once; a batch may run over the end of an epoch.
 */
export function trainBatch(dataset: ImageDataset, stream: TrainStream, k: number): Promise<ImageBatch> {
  const items = batchItems(stream.seed, k, stream.batchSize, dataset.size);
  return dataset.batch(stream.flip ? items : items.map(({ index }) => index));
}
