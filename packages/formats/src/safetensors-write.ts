import { FormatError } from './errors';
import { byteWidth, elementCount, encodeElements, isDType, isShape, mismatch, type NdArray } from './ndarray';
import { dataOf, joined, type PartedArray, type Parts } from './parts';
import { quoted } from './printable';
import { lengthPrefix, maxHeaderLength } from './safetensors-header';

/** Arrays by name, in writing order. A Record puts integer-like names first, as every JavaScript object does. */
export type NamedArrays = ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>;

export function namedEntries(arrays: NamedArrays): [string, NdArray][] {
  return arrays instanceof Map ? [...arrays] : Object.entries(arrays as Record<string, NdArray>);
}

const place = (name: string): string => `tensor ${quoted(name)}`;

/**
 * What stands before the data: the length and the JSON, padded with spaces to a multiple of eight bytes, so that 8-byte
 * data that comes first is aligned.
 * @throws FormatError naming the tensor
 */
function encodeHeader(
  tensors: readonly Pick<PartedArray, 'name' | 'dtype' | 'shape'>[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const fields: string[] = [];
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') throw new FormatError(`metadata ${quoted(key)} is not a string`);
  }
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);

  const names = new Set<string>();
  let position = 0;
  for (const { name, dtype, shape } of tensors) {
    const fail = (problem: string) => new FormatError(`${place(name)}: ${problem}`);
    if (name === '__metadata__') throw fail('this name is reserved by the format');
    if (names.has(name)) throw fail('this name is given twice');
    if (!isDType(dtype)) throw fail(`unknown dtype ${quoted(dtype)}`);
    if (!isShape(shape)) throw fail(`shape ${quoted(shape)} is not a list of whole numbers >= 0`);
    names.add(name);
    const end = position + elementCount(shape) * byteWidth(dtype);
    if (!Number.isSafeInteger(end)) throw fail('the file would be larger than a format of this kind can be');
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [position, end] })}`);
    position = end;
  }

  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > maxHeaderLength) {
    throw new FormatError(`the header would have ${padded} bytes, the format allows ${maxHeaderLength}`);
  }
  const header = new Uint8Array(lengthPrefix + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, lengthPrefix);
  return header;
}

async function* headerThenData(header: Uint8Array<ArrayBuffer>, tensors: readonly PartedArray[]): Parts {
  yield header;
  for (const tensor of tensors) yield* dataOf(tensor, place(tensor.name));
}

/**
 * A safetensors file in parts: the header, then the data of each tensor as it comes, so that a file of any size is
 * written with no more in memory than a piece. The same input gives the same bytes, however the data is cut.
 * @param tensors in the order in which they are written
 * @throws FormatError at once for a name that is reserved or given twice, a shape that is none, or a metadata value that
 * is not a string; while the parts are read for data of another length than its shape takes
 */
export function safetensorsParts(
  tensors: readonly PartedArray[],
  metadata: Readonly<Record<string, string>> = {},
): Parts {
  return headerThenData(encodeHeader(tensors, metadata), tensors);
}

/**
 * The file of {@link safetensorsParts} in one piece, from arrays in memory.
 * @throws FormatError also for an array whose dtype, shape and data disagree
 */
export function writeSafetensors(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = namedEntries(tensors);
  for (const [name, array] of entries) {
    const problem = mismatch(array);
    if (problem !== undefined) throw new FormatError(`${place(name)}: ${problem}`);
  }
  const header = encodeHeader(
    entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    metadata,
  );
  return joined([header, ...entries.map(([, array]) => encodeElements(array))]);
}
