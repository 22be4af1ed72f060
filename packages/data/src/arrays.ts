import type { NdArray } from '@noisesmith/formats';
import { createDataset, type DatasetOptions, type ImageDataset, type ImageSource } from './dataset';
import { DataError } from './errors';
import { fingerprint, fingerprintOfRows } from './fingerprint';

/** What an array data set is called and which classes it has. */
export interface ArrayDatasetOptions extends DatasetOptions {
  /** What messages call the set. */
  name: string;
  /** What messages call the labels; default `NAME labels`. */
  labelsName?: string;
  /** Class names; default '0' up to the largest label. */
  classes?: readonly string[];
}

/** Beyond this a label is taken for a mistake: classes without given names are counted from the labels. */
const largestLabel = 65535;

interface Geometry {
  height: number;
  width: number;
  channels: 1 | 3 | 4;
}

function geometryOf(images: NdArray, name: string): Geometry {
  const [, height, width, channels = 1] = images.shape;
  const rank = images.shape.length;
  const known = channels === 1 || channels === 3 || channels === 4;
  if (images.dtype !== 'U8' || (rank !== 3 && rank !== 4) || !known || !height || !width) {
    throw new DataError(
      `${name}: images are ${images.dtype} of shape [${images.shape}], expected U8 of [n, height, width] or [n, height, width, channels] with 1, 3 or 4 channels`,
    );
  }
  return { height, width, channels };
}

function labelsOf(labels: NdArray, count: number, name: string): Float64Array {
  if (/^[FB]/.test(labels.dtype)) throw new DataError(`${name}: labels are ${labels.dtype}, expected whole numbers`);
  if (labels.data.length !== count) throw new DataError(`${name}: ${labels.data.length} labels for ${count} images`);
  // Not 32 bits yet: a label beyond them must be reported, not wrapped into the range.
  return Float64Array.from(labels.data as ArrayLike<number | bigint>, Number);
}

/**
 * A data set over arrays in memory, as read from IDX or NumPy files; works in Node and browsers.
 * @param images U8 [n, height, width] or [n, height, width, channels], 1, 3 or 4 channels
 * @param labels whole numbers, n of them in any shape; undefined for a set without labels
 * @throws DataError for other shapes or types, another number of labels, or a label out of range
 */
export async function arrayDataset(
  images: NdArray,
  labels: NdArray | undefined,
  options: ArrayDatasetOptions,
): Promise<ImageDataset> {
  const { name } = options;
  const { height, width, channels } = geometryOf(images, name);
  const count = images.shape[0]!;
  const stride = height * width * channels;
  const data = images.data as Uint8Array;
  const labelsName = options.labelsName ?? `${name} labels`;
  const values = labels === undefined ? undefined : labelsOf(labels, count, labelsName);
  let classes: readonly string[] = [];
  if (values !== undefined) {
    const largest = values.reduce((high, value) => Math.max(high, value), 0);
    if (options.classes === undefined && largest > largestLabel) {
      const image = values.indexOf(largest);
      throw new DataError(
        `${labelsName}: image ${image}: label ${largest} is out of range, expected 0 to ${largestLabel}`,
      );
    }
    classes = options.classes ?? Array.from({ length: largest + 1 }, (_, label) => String(label));
  }
  const source: ImageSource = {
    fingerprint: await fingerprint([
      `${images.shape}`,
      classes.join('\n'),
      values === undefined ? '' : values.join(),
      await fingerprintOfRows(data, stride),
    ]),
    sizes: { widths: [width, width], heights: [height, height] },
    name,
    size: count,
    classes,
    label: (index) => values?.[index] ?? -1,
    describe: (index) => `${values === undefined ? name : labelsName}: image ${index}`,
    load: (index) => ({ width, height, channels, data: data.subarray(index * stride, (index + 1) * stride) }),
    inMemory: true,
  };
  return createDataset(source, options);
}
