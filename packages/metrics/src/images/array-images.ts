import { DataError, type FloatImage, toFloatImage } from '@noisesmith/data';
import { elementCount, type LazyArray, type NdArray, toFloat32 } from '@noisesmith/formats';
import type { ImageSet } from './image-set';

/** Bytes of an array that are in memory at a time, about. */
const BLOCK_BYTES = 2 ** 22;

interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
}

const isChannels = (extent: number | undefined): extent is 1 | 3 | 4 => extent === 1 || extent === 3 || extent === 4;

const isFloat = (dtype: string): boolean => ['F16', 'F32', 'F64'].includes(dtype);

function geometryOf({ dtype, shape }: Pick<NdArray, 'dtype' | 'shape'>, name: string): Geometry {
  const [, height, width, channels = 1] = shape;
  const rank = shape.length;
  if ((dtype === 'U8' || isFloat(dtype)) && (rank === 3 || rank === 4) && isChannels(channels) && height && width) {
    return { height, width, channels };
  }
  const transpose =
    rank === 4 && isChannels(shape[1]) && !isChannels(channels)
      ? '; this looks like [n, channels, height, width], so transpose it by (0, 2, 3, 1)'
      : '';
  throw new DataError(
    `${name}: ${dtype} of shape [${shape.join(', ')}], expected images: uint8, or floats in [0, 1], of [n, height, width] or [n, height, width, channels] with 1, 3 or 4 channels${transpose}`,
  );
}

/** @throws DataError naming the first sample that lies outside */
function checkRange(data: Float32Array, each: number, first: number, name: string): void {
  const bad = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad < 0) return;
  throw new DataError(
    `${name}: image ${first + Math.floor(bad / each)} has a sample of ${data[bad]}; expected floats in [0, 1], or bytes`,
  );
}

/** Floats with alpha on white, as the data package composites bytes. */
function floatImage(data: Float32Array, { channels, height, width }: Geometry): FloatImage {
  if (channels !== 4) return { width, height, channels, data };
  const out = new Float32Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const alpha = data[4 * p + 3]!;
    for (let c = 0; c < 3; c++) out[3 * p + c] = data[4 * p + c]! * alpha + (1 - alpha);
  }
  return { width, height, channels: 3, data: out };
}

/** The images of a block of an array. @param first index of its first */
function imagesOf(block: NdArray, geometry: Geometry, first: number, name: string): FloatImage[] {
  const { channels, height, width } = geometry;
  const each = height * width * channels;
  const count = block.shape[0]!;
  if (block.dtype === 'U8') {
    const whole = { left: 0, top: 0, width, height };
    const bytes = block.data;
    return Array.from({ length: count }, (_, i) =>
      toFloatImage({ width, height, channels, data: bytes.subarray(i * each, (i + 1) * each) }, whole),
    );
  }
  const floats = toFloat32(block);
  checkRange(floats, each, first, name);
  return Array.from({ length: count }, (_, i) => floatImage(floats.slice(i * each, (i + 1) * each), geometry));
}

/**
 * Images in an array of a file, NHWC: bytes, or floats in [0, 1]. They are read in blocks, whose checksum is compared at
 * the end, so memory does not grow with their number.
 * @param name what messages call the array
 * @param only which of them, in ascending order; all unless given
 * @throws DataError for another type or shape
 */
export function arrayImages(array: LazyArray, name: string, format: string, only?: readonly number[]): ImageSet {
  const geometry = geometryOf(array, name);
  const count = only?.length ?? array.shape[0]!;
  const wanted = only && new Set(only);
  const placeOf = (index: number): number => only?.[index] ?? index;
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / elementCount(array.shape.slice(1))));
  async function* blocks(): AsyncGenerator<{ readonly first: number; readonly images: FloatImage[] }> {
    let first = 0;
    for await (const block of array.blocks(rows)) {
      yield { first, images: imagesOf(block, geometry, first, name) };
      first += block.shape[0]!;
    }
  }
  return {
    name,
    count,
    format,
    warnings: [],
    async *images(prepare, signal) {
      for await (const { first, images } of blocks()) {
        for (const [i, image] of images.entries()) {
          signal?.throwIfAborted();
          if (wanted === undefined || wanted.has(first + i)) yield prepare(image);
        }
      }
    },
    describe: (index) => `${name}: image ${placeOf(index)}`,
    some: (indices) => arrayImages(array, name, format, indices.map(placeOf)),
    async at(positions) {
      const indices = positions.map(placeOf);
      if (array.byRange) {
        const read = async (index: number) => imagesOf(await array.rows(index, 1), geometry, index, name)[0]!;
        return Promise.all(indices.map(read));
      }
      const found = new Map<number, FloatImage>();
      for await (const { first, images } of blocks()) {
        for (const index of indices) if (images[index - first]) found.set(index, images[index - first]!);
      }
      return indices.map((index) => found.get(index)!);
    },
  };
}
