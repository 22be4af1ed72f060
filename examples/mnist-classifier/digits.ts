import { readFile } from 'node:fs/promises';
import { openDataset } from '@noisesmith/data';
import { FormatError, type NdArray, readNpz } from '@noisesmith/formats';
import { CLASSES, type ImageShape, pixelsOf } from './network';

/** Images as bytes, so that MNIST and a sampler's output go the same way. */
export interface Digits {
  /** [count, size, size, channels] */
  readonly images: Uint8Array;
  /** [count] */
  readonly labels: Uint8Array;
}

/** Input that the program cannot use. One clear line. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

const PORTION = 1000;

/** MNIST at a size, averaged over areas and rounded to bytes. `limit` takes the first images only. */
export async function mnistDigits(split: 'train' | 'test', shape: ImageShape, limit = Infinity): Promise<Digits> {
  const { size, channels } = shape;
  const dataset = await openDataset('mnist', { split, size, channels, resize: 'area', cacheBytes: 0 });
  const count = Math.min(limit, dataset.size);
  const stride = pixelsOf(shape);
  const images = new Uint8Array(count * stride);
  const labels = new Uint8Array(count);
  for (let from = 0; from < count; from += PORTION) {
    const length = Math.min(PORTION, count - from);
    const batch = await dataset.batch(Array.from({ length }, (_, i) => from + i));
    batch.images.forEach((value, i) => {
      images[from * stride + i] = Math.round(value * 255);
    });
    labels.set(batch.labels, from);
  }
  return { images, labels };
}

/**
 * Samples to judge: `arr_0` uint8 [n, size, size, 1 or 3], `arr_1` whole numbers 0 to 9, n of them. For a classifier of
 * one channel, colours are averaged; for one of three, grey is replicated.
 * @throws InputError or FormatError naming the file and the array
 */
export async function readSamples(file: string, shape: ImageShape): Promise<Digits> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new InputError(`${file}: cannot be read: ${error.message}`);
  });
  const arrays = readNpz(bytes, { name: file, only: ['arr_0', 'arr_1'] });
  const images = arrays.get('arr_0')!;
  const { size } = shape;
  const [count, height, width, channels] = images.shape;
  const fits = images.shape.length === 4 && height === size && width === size && (channels === 1 || channels === 3);
  if (images.dtype !== 'U8' || !fits || !count) {
    throw new InputError(
      `${file}: arr_0 is ${images.dtype} [${images.shape}], expected U8 [n, ${size}, ${size}, 1 or 3]`,
    );
  }
  const labels = readLabels(file, arrays.get('arr_1')!, count);
  return { images: withChannels(images.data, channels!, shape.channels), labels };
}

function readLabels(file: string, { data, dtype, shape }: NdArray, count: number): Uint8Array {
  if (/^[FB]/.test(dtype) || data.length !== count) {
    throw new InputError(`${file}: arr_1 is ${dtype} [${shape}], expected ${count} whole numbers`);
  }
  return Uint8Array.from(data as ArrayLike<number | bigint>, (value, i) => {
    const label = Number(value);
    if (label >= 0 && label < CLASSES) return label;
    throw new InputError(`${file}: arr_1: label ${label} of image ${i}, expected 0 to ${CLASSES - 1}`);
  });
}

function withChannels(images: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return images;
  if (from === 1) return Uint8Array.from({ length: images.length * to }, (_, i) => images[Math.floor(i / to)]!);
  return Uint8Array.from({ length: images.length / from }, (_, i) =>
    Math.round((images[from * i]! + images[from * i + 1]! + images[from * i + 2]!) / from),
  );
}

/** Whether the input, not the program, is to blame. */
export const isInputError = (error: unknown): error is Error =>
  error instanceof InputError || error instanceof FormatError;
