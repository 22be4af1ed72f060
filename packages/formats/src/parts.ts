import { failer } from './errors';
import { byteWidth, type DType, elementCount, encodeElements, type NdArray } from './ndarray';
import { encodeTexts } from './npy-texts';

/** The bytes of a file in order, in pieces of any length. */
export type Parts = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** An array whose bytes come in pieces, so that it is never in memory whole. */
export interface PartedArray {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The last axis holds the code points of one text: an npz keeps them as NumPy's `<U`. */
  readonly text?: boolean;
  /** product(shape) elements in C order, little endian, in pieces of any length. Called once, when their turn comes. */
  data(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** An array in memory as one piece, to be written among others that come in pieces. */
export function partedArray(name: string, array: NdArray): PartedArray {
  return { name, dtype: array.dtype, shape: array.shape, data: () => [encodeElements(array)] };
}

/** A list of texts, to be written into an npz, where NumPy finds an array of `<U`. */
export const partedTexts = (name: string, texts: readonly string[]): PartedArray => ({
  ...partedArray(name, encodeTexts(texts)),
  text: true,
});

/** The same bytes; copied only if other threads can write to them. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

/**
 * The data of an array, which has to have as many bytes as its shape takes.
 * @param place how messages call the array
 * @throws FormatError as soon as there are too many bytes, or at the end when there are too few
 */
export async function* dataOf(array: PartedArray, place: string): Parts {
  const expected = elementCount(array.shape) * byteWidth(array.dtype);
  const fail = failer(place);
  let seen = 0;
  for await (const piece of array.data()) {
    seen += piece.length;
    if (seen > expected) {
      throw fail(`its data has at least ${seen} bytes, ${array.dtype} of shape [${array.shape}] takes ${expected}`);
    }
    yield owned(piece);
  }
  if (seen !== expected) {
    throw fail(`its data has ${seen} bytes, ${array.dtype} of shape [${array.shape}] takes ${expected}`);
  }
}

/** All parts as one array of bytes, for what is known to fit into memory. */
export async function collectParts(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of parts) pieces.push(piece);
  return joined(pieces);
}

/** Pieces one behind the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
