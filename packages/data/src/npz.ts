import { type LazyArray, openNpz, type RangeSource } from '@noisesmith/formats';
import { type ArrayDatasetOptions, arrayDataset, rowsDataset } from './arrays';
import type { DatasetOptions, ImageDataset } from './dataset';
import { DataError } from './errors';

/** Arrays of more bytes are read image by image, where they are stored so that this can be done. */
const WHOLE_BYTES = 2 ** 30;

/** As many images are read at a time when all of an array is looked at. */
const BLOCK = 256;

async function checkAll(images: LazyArray, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  for await (const _ of images.blocks(BLOCK)) signal?.throwIfAborted();
}

/**
 * A NumPy archive: `arr_0` uint8 NHWC, `arr_1` labels and `class_names`, strings by label, both of which may be missing. A small one is read whole, and checked against
 * its checksums; of a large one that is not compressed each image is read when it is wanted, and `checkDataset` checks it.
 * @param wholeBytes images of up to this many bytes are read whole
 * @throws DataError or FormatError, naming the array
 */
export async function npzDataset(
  source: RangeSource,
  options: DatasetOptions,
  wholeBytes = WHOLE_BYTES,
): Promise<ImageDataset> {
  const { name = 'npz' } = source;
  const file = await openNpz(source);
  if (!file.has('arr_0')) {
    throw new DataError(`${name}: no array arr_0 of images, only ${file.names.join(' ') || 'an empty archive'}`);
  }
  const images = file.entry('arr_0');
  const labels = file.has('arr_1') ? await file.entry('arr_1').read() : undefined;
  const classes = labels && file.has('class_names') ? await file.text('class_names') : undefined;
  const named: ArrayDatasetOptions = { ...options, name, labelsName: `${name}: arr_1`, ...(classes && { classes }) };
  const bytes = images.shape.reduce((product, extent) => product * extent, 1);
  if (!images.byRange || bytes <= wholeBytes || images.dtype !== 'U8') {
    return arrayDataset(await images.read(), labels, named);
  }
  const { dtype, shape } = images;
  const row = async (index: number): Promise<Uint8Array> => (await images.rows(index, 1)).data as Uint8Array;
  const verify = (signal?: AbortSignal) => checkAll(images, signal);
  return rowsDataset({ dtype, shape, row, inMemory: false, verify }, labels, named);
}
