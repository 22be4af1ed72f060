import { FormatError } from './errors';
import { type LazyArray, lazyArray, type NpyContent, openArray, readArray } from './lazy-array';
import { encodeElements, mismatch, type NdArray } from './ndarray';
import { encodeNpyHeader } from './npy-header';
import { joined } from './parts';
import type { RangeSource } from './range-source';
import { type Reading, readFromBytes, readFromSource } from './reading';

/** Bytes asked for at once when a file is gone through. */
const PORTION = 1 << 20;

/** A file that is an npy file and nothing else; there is no checksum to compare. */
export function fileContent(size: number, file: string | undefined): NpyContent {
  function* range(offset: number, length: number): Reading<Uint8Array> {
    return yield { offset, length, part: 'data' };
  }
  return {
    place: file ?? '',
    size,
    direct: true,
    range,
    *toEnd(from) {
      return new Uint8Array(yield* range(from, size - from));
    },
    *pass(take) {
      for (let at = 0; at < size; at += PORTION) take(yield* range(at, Math.min(PORTION, size - at)));
    },
  };
}

function* readFile(size: number, file: string | undefined): Reading<NdArray> {
  return yield* readArray(yield* openArray(fileContent(size, file)));
}

/**
 * Reads a NumPy .npy file, format versions 1 to 3, either byte order, C or Fortran order (the result is in C order).
 * Element types: bool, 8 to 64-bit integers, float16 (raw bits, see toFloat32), float32, float64.
 * @param options.name what messages call the file
 * @throws FormatError when the bytes are not such a file or are too few or too many
 */
export function readNpy(bytes: Uint8Array, options: { name?: string } = {}): NdArray {
  return readFromBytes(readFile(bytes.length, options.name), bytes);
}

/**
 * Opens a NumPy .npy file for reading by rows; reads only its header.
 * @throws FormatError as {@link readNpy}
 */
export async function openNpy(source: RangeSource): Promise<LazyArray> {
  return lazyArray(await readFromSource(openArray(fileContent(source.size, source.name)), source), source);
}

/**
 * Writes a .npy file, format version 1, little endian, C order, data aligned to 64 bytes as NumPy does.
 * @throws FormatError for BF16, which NumPy has no name for, or an array whose parts disagree
 */
export function writeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  const problem = mismatch(array);
  if (problem !== undefined) throw new FormatError(problem);
  return joined([encodeNpyHeader(array.dtype, array.shape), encodeElements(array)]);
}
