import { DataError, reasonOf } from './errors';
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
  /** In [0, classes.length), or -1 without labels. */
  label(index: number): number;
  /** One image, [height, width, channels]; a fresh array. @throws DataError naming an image that does not decode */
  pixels(index: number): Promise<Float32Array<ArrayBuffer>>;
  /** Several images, each mirrored left to right where its `flip` is set. @throws DataError as `pixels` */
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
}

/** How a data set prepares and keeps its images. */
export interface DatasetOptions extends PixelOptions {
  /**
   * Prepared images are kept up to this many bytes; the rest is prepared again each time. Nothing is evicted, because
   * an epoch visits each image once and any other would be just as far away. Default 1 GiB.
   */
  cacheBytes?: number;
}

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

/**
 * Runs a source through the pixel pipeline. Without `options.size` the first image decides the size.
 * @throws DataError for an empty source, a label out of range, an impossible option, or a first image that does not decode
 */
export async function createDataset(source: ImageSource, options: DatasetOptions = {}): Promise<ImageDataset> {
  checkOptions(options);
  if (source.size === 0) throw new DataError(`${source.name}: no images`);
  checkLabels(source);
  const channels = options.channels ?? 3;
  let budget = options.cacheBytes ?? 2 ** 30;
  const cache = new Map<number, FloatImage>();

  async function prepare(index: number): Promise<FloatImage> {
    const cached = cache.get(index);
    if (cached !== undefined) return cached;
    let raster: Raster;
    try {
      raster = await source.load(index);
    } catch (error) {
      throw new DataError(`${source.describe(index)}: ${reasonOf(error)}`);
    }
    const image = prepareImage(raster, options);
    const resampled = image.width !== raster.width || image.height !== raster.height;
    if ((!source.inMemory || resampled) && image.data.byteLength <= budget && !cache.has(index)) {
      budget -= image.data.byteLength;
      cache.set(index, image);
    }
    return image;
  }

  const { width, height } = await prepare(0);
  const stride = height * width * channels;

  async function fill(target: Float32Array, offset: number, index: number, flip: boolean): Promise<void> {
    if (!Number.isInteger(index) || index < 0 || index >= source.size) {
      throw new RangeError(`${source.name}: image ${index} is out of range, expected 0 to ${source.size - 1}`);
    }
    const image = await prepare(index);
    if (image.width !== width || image.height !== height) {
      throw new DataError(
        `${source.describe(index)}: ${image.width}x${image.height} pixels, but the first image has ${width}x${height}; choose a size to resize to`,
      );
    }
    copyInto(target, offset, image, channels, flip);
  }

  return {
    name: source.name,
    size: source.size,
    height,
    width,
    channels,
    classes: source.classes,
    label: (index) => (source.classes.length === 0 ? -1 : source.label(index)),
    async pixels(index) {
      const out = new Float32Array(stride);
      await fill(out, 0, index, false);
      return out;
    },
    async batch(items) {
      const images = new Float32Array(items.length * stride);
      const labels = new Int32Array(items.length);
      await Promise.all(
        items.map((item, k) => {
          const { index, flip } = typeof item === 'number' ? { index: item, flip: false } : item;
          labels[k] = source.classes.length === 0 ? -1 : source.label(index);
          return fill(images, k * stride, index, flip);
        }),
      );
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
