import { allowedBroken, type BrokenImage, copyInto, DataError, type FloatImage } from '@noisesmith/data';
import type { FeatureNetwork } from '../feature-network';
import type { ImageBatch } from '../image-batch';
import { parseInputResize, resizeImages } from '../resize';
import { type ImageSet, isImage } from './image-set';

/** Images in a batch: as many as networks take at once, so that a signal is heard soon. */
const BATCH = 16;

export interface BatchOptions {
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each image that does not decode, and is left out. */
  readonly onBroken?: (image: BrokenImage) => void;
}

/** Some images of a set, of one size. */
export interface IndexedBatch extends ImageBatch {
  /** [count], which images of the set they are. */
  readonly indices: readonly number[];
}

const rgb = (image: FloatImage): FloatImage => {
  if (image.channels === 3) return image;
  const data = new Float32Array(image.data.length * 3);
  copyInto(data, 0, image, 3);
  return { ...image, channels: 3, data };
};

/** As large as a network's input, in RGB. A network without a size of its own takes images as they are. */
function prepareFor({
  inputSize,
  resize,
}: Pick<FeatureNetwork, 'inputSize' | 'resize'>): (image: FloatImage) => FloatImage {
  if (inputSize === undefined) return rgb;
  const method = parseInputResize(resize);
  return (image) => {
    const { data, height, width } = resizeImages({ count: 1, ...rgb(image) }, inputSize, method);
    return { width, height, channels: 3, data };
  };
}

function joined(images: readonly FloatImage[], indices: readonly number[]): IndexedBatch {
  const { height, width } = images[0]!;
  const each = height * width * 3;
  const data = new Float32Array(images.length * each);
  images.forEach((image, i) => {
    data.set(image.data, i * each);
  });
  return { count: images.length, height, width, data, indices };
}

/**
 * All images of a set in order, in batches of one size.
 * @throws DataError when more images do not decode than a set may have: 10 or 1 %, whichever is more, but at most half
 */
export async function* imageBatches(
  set: Pick<ImageSet, 'count' | 'images'>,
  network: Pick<FeatureNetwork, 'inputSize' | 'resize'>,
  { onBroken, signal }: BatchOptions = {},
): AsyncGenerator<IndexedBatch> {
  let images: FloatImage[] = [];
  let indices: number[] = [];
  let index = 0;
  let broken = 0;
  for await (const entry of set.images(prepareFor(network), signal)) {
    signal?.throwIfAborted();
    const at = index++;
    if (!isImage(entry)) {
      broken += 1;
      if (broken > allowedBroken(set.count)) {
        const many = set.count === 1 ? '' : `; ${broken} of ${set.count} images are broken so far, which is too many`;
        throw new DataError(`${entry.name}: ${entry.reason}${many}`);
      }
      onBroken?.(entry);
      continue;
    }
    const [first] = images;
    const fits = first === undefined || (first.width === entry.width && first.height === entry.height);
    if (!fits || images.length === BATCH) {
      yield joined(images, indices);
      [images, indices] = [[], []];
    }
    images.push(entry);
    indices.push(at);
  }
  if (images.length > 0) yield joined(images, indices);
}
