import type { NdArray } from '@noisesmith/formats';
import { type ArrayHeader, imageGeometry, labelValues } from './array-checks';
import { createDataset, type DatasetOptions, type ImageDataset } from './dataset';
import { evenlySpaced, fingerprint, fingerprintOfRows } from './fingerprint';

/** What an array data set is called and which classes it has. */
export interface ArrayDatasetOptions extends DatasetOptions {
  /** What messages call the set. */
  name: string;
  /** What messages call the labels; default `NAME labels`. */
  labelsName?: string;
  /** Class names; default '0' up to the largest label. */
  classes?: readonly string[];
}

/** An array of images that gives them one by one. */
export interface ImageRows extends ArrayHeader {
  /** The bytes of one image. */
  row(index: number): Uint8Array | Promise<Uint8Array>;
  readonly inMemory: boolean;
  /** As in {@link ImageDataset}. */
  verify?(signal?: AbortSignal): Promise<void>;
}

/** Bytes of an array in memory that its fingerprint is made of, since that is done each time that it is opened. */
const FINGERPRINT_BYTES = 2 ** 24;

/** Images elsewhere that a fingerprint is made of: each may be a request. */
const ROWS_ELSEWHERE = 64;

/** As {@link arrayDataset}, of images that may lie elsewhere than in memory. */
export async function rowsDataset(
  images: ImageRows,
  labels: NdArray | undefined,
  options: ArrayDatasetOptions,
): Promise<ImageDataset> {
  const { name, labelsName = `${name} labels`, classes: named, ...common } = options;
  const { height, width, channels } = imageGeometry(images, name);
  const size = images.shape[0]!;
  const stride = height * width * channels;
  const values = labels === undefined ? undefined : labelValues(labels, size, labelsName, named?.length);
  const largest = values?.reduce((high, value) => Math.max(high, value), 0) ?? -1;
  const classes =
    values === undefined ? [] : (named ?? Array.from({ length: largest + 1 }, (_, label) => String(label)));
  const rows = evenlySpaced(size, images.inMemory ? Math.ceil(FINGERPRINT_BYTES / stride) : ROWS_ELSEWHERE);
  const pixels = await fingerprintOfRows(rows, stride, (index) => images.row(index));
  return createDataset(
    {
      name,
      size,
      classes,
      label: (index) => values?.[index] ?? -1,
      describe: (index) => `${name}: image ${index}`,
      load: async (index) => ({ width, height, channels, data: await images.row(index) }),
      inMemory: images.inMemory,
      fingerprint: await fingerprint([images.shape.join(), classes.join('\n'), values?.join() ?? '', pixels]),
      ...(images.verify !== undefined && { verify: images.verify }),
      sizes: { widths: [width, width], heights: [height, height] },
    },
    common,
  );
}

/**
 * A data set over arrays in memory, as read from IDX or NumPy files; works in Node and browsers.
 * @param images U8 [n, height, width] or [n, height, width, channels], 1, 3 or 4 channels
 * @param labels whole numbers, n of them in any shape; undefined for a set without labels
 * @throws DataError for other shapes or types, another number of labels, or a label out of range
 */
export function arrayDataset(
  images: NdArray,
  labels: NdArray | undefined,
  options: ArrayDatasetOptions,
): Promise<ImageDataset> {
  const { data, dtype, shape } = images;
  const stride = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const bytes = data as Uint8Array;
  const row = (index: number): Uint8Array => bytes.subarray(index * stride, (index + 1) * stride);
  return rowsDataset({ dtype, shape, row, inMemory: true }, labels, options);
}
