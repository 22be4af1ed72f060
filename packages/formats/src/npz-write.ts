import { deflateSync } from 'fflate';
import { FormatError } from './errors';
import { byteWidth, elementCount, encodeElements, isDType, isShape, mismatch, type NdArray } from './ndarray';
import { encodeNpyHeader } from './npy-header';
import { encodeTexts } from './npy-texts';
import { npySuffix } from './npz';
import { dataOf, joined, type PartedArray, type Parts } from './parts';
import { quoted } from './printable';
import { type NamedArrays, namedEntries } from './safetensors-write';
import { methods } from './zip-directory';
import { ZipWriter } from './zip-write';

const place = (name: string): string => `array ${quoted(name)}`;

/** The npy header of a member. @throws FormatError naming the array */
function headerOf({ dtype, name, shape, text }: Omit<PartedArray, 'data'>): Uint8Array<ArrayBuffer> {
  if (!isDType(dtype)) throw new FormatError(`${place(name)}: unknown dtype ${quoted(dtype)}`);
  if (!isShape(shape))
    throw new FormatError(`${place(name)}: shape ${quoted(shape)} is not a list of whole numbers >= 0`);
  try {
    return encodeNpyHeader(dtype, shape, text);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${place(name)}: ${error.message}`) : error;
  }
}

async function* membersThenDirectory(
  arrays: readonly PartedArray[],
  headers: readonly Uint8Array<ArrayBuffer>[],
): Parts {
  const zip = new ZipWriter();
  for (const [i, array] of arrays.entries()) {
    const header = headers[i]!;
    const size = header.length + elementCount(array.shape) * byteWidth(array.dtype);
    yield zip.begin(array.name + npySuffix, size);
    zip.add(header);
    yield header;
    for await (const piece of dataOf(array, place(array.name))) {
      zip.add(piece);
      yield piece;
    }
    yield zip.end();
  }
  yield* zip.finish();
}

/**
 * A .npz archive in parts, members stored as NumPy's `savez` does, of any size (ZIP64 where it is needed), written with
 * no more in memory than a piece. The same input gives the same bytes: all time stamps are 1 January 1980.
 * @param arrays in the order in which they are written
 * @throws FormatError at once for a name given twice, a type that NumPy does not have, or a shape that is none; while the
 * parts are read for data of another length than its shape takes
 */
export function npzParts(arrays: readonly PartedArray[]): Parts {
  const names = new Set<string>();
  for (const { name } of arrays) {
    if (names.has(name)) throw new FormatError(`${place(name)}: this name is given twice`);
    names.add(name);
  }
  return membersThenDirectory(arrays, arrays.map(headerOf));
}

/**
 * The archive of {@link npzParts} in one piece, from arrays in memory.
 * @param options.compress deflate the members; default false (stored)
 * @param options.texts lists of texts by name, written behind the arrays, where NumPy finds arrays of `<U`
 * @throws FormatError also for an array whose dtype, shape and data disagree
 */
export function writeNpz(
  arrays: NamedArrays,
  options: { compress?: boolean; texts?: Readonly<Record<string, readonly string[]>> } = {},
): Uint8Array<ArrayBuffer> {
  const zip = new ZipWriter();
  const pieces: Uint8Array[] = [];
  const write = (name: string, array: NdArray, text: boolean): void => {
    const problem = mismatch(array);
    if (problem !== undefined) throw new FormatError(`${place(name)}: ${problem}`);
    const header = headerOf({ name, dtype: array.dtype, shape: array.shape, text });
    const content = joined([header, encodeElements(array)]);
    const packed = options.compress ? deflateSync(content, { level: 6 }) : content;
    pieces.push(
      zip.begin(name + npySuffix, content.length, options.compress ? methods.deflated : methods.stored),
      packed,
    );
    zip.add(content, packed.length);
    pieces.push(zip.end());
  };
  const named = [...namedEntries(arrays)];
  const texts = Object.entries(options.texts ?? {});
  for (const [name, array] of named) write(name, array, false);
  for (const [name, list] of texts) {
    if (named.some(([other]) => other === name)) throw new FormatError(`${place(name)}: this name is given twice`);
    write(name, encodeTexts(list), true);
  }
  return joined([...pieces, ...zip.finish()]);
}
