import type { ArrayEntry, ArrayFileKind, NdArray } from '@noisesmith/formats';

/** An array of a file whose entries can be shown as pictures. */
export interface PictureArray {
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
}

const isChannels = (extent: number): extent is 1 | 3 | 4 => extent === 1 || extent === 3 || extent === 4;

/** Larger sides are no pictures, but long lists of bytes. */
const LARGEST_SIDE = 8192;

/**
 * The geometry of an array of pictures, [n, height, width] of bytes or [n, height, width, channels] of bytes or floats;
 * undefined for another. Weights are none, whatever their shape.
 */
export function pictureArray({ dtype, name, shape }: ArrayEntry, kind: ArrayFileKind): PictureArray | undefined {
  if (kind === 'safetensors' || kind === 'torch') return undefined;
  const [count, height, width, channels = 1] = shape;
  const isFloat = dtype === 'F32' || dtype === 'F64' || dtype === 'F16';
  const fits = shape.length === 4 ? dtype === 'U8' || isFloat : shape.length === 3 && dtype === 'U8';
  if (!fits || !count || !height || !width || !isChannels(channels)) return undefined;
  if (Math.max(height, width) > LARGEST_SIDE) return undefined;
  return { name, count, height, width, channels };
}

/** More classes than this are numbers of another kind. */
const MOST_CLASSES = 65_536;

/** How many of each label there are, of an array of whole numbers; undefined for one that is none. */
export function labelCounts(labels: Iterable<ArrayLike<number>>): ReadonlyMap<number, number> | undefined {
  const counts = new Map<number, number>();
  for (const values of labels) {
    for (let i = 0; i < values.length; i++) {
      const label = values[i]!;
      if (!Number.isInteger(label) || label < 0 || label >= MOST_CLASSES) return undefined;
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/** Whether an array can hold the labels of so many pictures. */
export const isLabels = ({ dtype, shape }: ArrayEntry, pictures: number): boolean =>
  /^[IU]/.test(dtype) && shape.length === 1 && shape[0] === pictures;

/** Bytes of pictures from numbers in [0, 1]; what lies outside is clipped. */
export const bytesOfFloats = (values: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));

/** The types of arrays that hold bytes already. */
export const isBytes = (array: NdArray): array is Extract<NdArray, { dtype: 'U8' }> => array.dtype === 'U8';
