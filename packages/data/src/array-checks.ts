import type { NdArray } from '@noisesmith/formats';
import { DataError } from './errors';

/** What of an array of images is known without its elements. */
export type ArrayHeader = Pick<NdArray, 'dtype' | 'shape'>;

export interface ImageGeometry {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
}

const isChannels = (extent: number | undefined): extent is 1 | 3 | 4 => extent === 1 || extent === 3 || extent === 4;

/** How to make images of what is there, for the mistakes that people make. */
function mendOf({ dtype, shape }: ArrayHeader): string {
  if (/^(F|BF)/.test(dtype)) {
    return '; make values in [0, 1] bytes by rounding 255 times them, in [-1, 1] by rounding 127.5 times them plus 127.5';
  }
  const [, second, , fourth] = shape;
  if (shape.length === 4 && isChannels(second) && !isChannels(fourth)) {
    return '; this looks like [n, channels, height, width], so transpose it by (0, 2, 3, 1)';
  }
  if (dtype !== 'U8' && (shape.length === 3 || shape.length === 4)) return '; convert it to uint8';
  return '';
}

/**
 * Height, width and channels of an array of images.
 * @throws DataError saying what is expected, and the way there for floats and channels that come first
 */
export function imageGeometry(images: ArrayHeader, name: string): ImageGeometry {
  const { dtype, shape } = images;
  const [, height, width, channels = 1] = shape;
  const rank = shape.length;
  if (dtype === 'U8' && (rank === 3 || rank === 4) && isChannels(channels) && height && width) {
    return { height, width, channels };
  }
  throw new DataError(
    `${name}: images are ${dtype} of shape [${shape.join(', ')}], expected U8 of [n, height, width] or [n, height, width, channels] with 1, 3 or 4 channels${mendOf(images)}`,
  );
}

/** Classes without given names are counted from the labels: beyond this a label is taken for a mistake. */
const MOST_CLASSES = 65536;

/**
 * The numbers of an array of labels, one for each image, in any shape.
 * @param classes how many there are
 * @throws DataError for other types, another number of labels (naming one-hot labels for what they are), or a label
 * that is out of range
 */
export function labelValues(labels: NdArray, count: number, name: string, classes = MOST_CLASSES): Float64Array {
  const { data, dtype, shape } = labels;
  if (shape.length === 2 && shape[0] === count && shape[1]! > 1) {
    throw new DataError(
      `${name}: labels are of shape [${shape.join(', ')}], expected [${count}]; of one-hot labels take the argmax along axis 1`,
    );
  }
  if (/^(F|BF|B)/.test(dtype)) {
    throw new DataError(`${name}: labels are ${dtype}, expected whole numbers; convert them to an integer type`);
  }
  if (data.length !== count) throw new DataError(`${name}: ${data.length} labels for ${count} images`);
  // Not 32 bits yet: a label beyond them must be reported, not wrapped into the range.
  const values = Float64Array.from(data as ArrayLike<number | bigint>, Number);
  const wrong = values.findIndex((label) => label < 0 || label >= classes);
  if (wrong < 0) return values;
  throw new DataError(
    `${name}: image ${wrong}: label ${values[wrong]} is out of range, expected 0 to ${classes - 1}; labels are numbered from 0`,
  );
}
