import { FormatError, failer } from './errors';
import { decodeElements, encodeElements, mismatch, type NdArray } from './ndarray';
import type { RangeSource } from './range-source';
import { headerLength, lengthPrefix, parseHeader, type SafetensorsHeader, type TensorInfo } from './safetensors-header';

/** A safetensors file in memory; tensors are in file order. */
export interface Safetensors {
  metadata: Record<string, string>;
  tensors: Map<string, NdArray>;
}

/** A safetensors file of which only the header has been read. */
export interface LazySafetensors {
  readonly metadata: Record<string, string>;
  /** Tensor names in file order. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Element type, shape and byte range. @throws FormatError for an unknown name */
  info(name: string): TensorInfo;
  /** Reads one tensor. @throws FormatError for an unknown name */
  read(name: string): Promise<NdArray>;
}

/**
 * Reads a whole safetensors file. F16 and BF16 stay raw bits (see toFloat32).
 * @param options.name what messages call the file
 * @throws FormatError on any violation of the format, naming file and tensor
 */
export function readSafetensors(bytes: Uint8Array, options: { name?: string } = {}): Safetensors {
  const length = headerLength(bytes.subarray(0, lengthPrefix), bytes.length, options.name);
  const json = bytes.subarray(lengthPrefix, lengthPrefix + length);
  const { metadata, tensors, dataStart } = parseHeader(json, bytes.length, options.name);
  const arrays = new Map<string, NdArray>();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    arrays.set(name, decodeElements(dtype, shape, bytes.subarray(dataStart + begin, dataStart + end)));
  }
  return { metadata, tensors: arrays };
}

/**
 * Opens a safetensors file for reading tensor by tensor; reads and validates only the header.
 * @throws FormatError as {@link readSafetensors}
 */
export async function openSafetensors(source: RangeSource): Promise<LazySafetensors> {
  const prefix = await source.read(0, Math.min(lengthPrefix, source.size));
  const length = headerLength(prefix, source.size, source.name);
  const json = await source.read(lengthPrefix, length);
  const header: SafetensorsHeader = parseHeader(json, source.size, source.name);

  function info(name: string): TensorInfo {
    const found = header.tensors.get(name);
    if (found === undefined) throw failer(source.name)(`no tensor ${JSON.stringify(name)}`);
    return found;
  }

  return {
    metadata: header.metadata,
    names: [...header.tensors.keys()],
    has: (name) => header.tensors.has(name),
    info,
    async read(name) {
      const { dtype, shape, begin, end } = info(name);
      return decodeElements(dtype, shape, await source.read(header.dataStart + begin, end - begin));
    },
  };
}

/** Arrays by name, in writing order. A Record puts integer-like names first, as every JavaScript object does. */
export type NamedArrays = ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>;

export function namedEntries(arrays: NamedArrays): [string, NdArray][] {
  return arrays instanceof Map ? [...arrays] : Object.entries(arrays as Record<string, NdArray>);
}

/**
 * Writes a safetensors file: the same input gives the same bytes. Tensors stay in the order given, the header is padded
 * with spaces to a multiple of eight bytes, so 8-byte data that comes first is aligned.
 * @throws FormatError for an array whose dtype, shape and data disagree, or a metadata value that is not a string
 */
export function writeSafetensors(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const fields: string[] = [];
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') throw new FormatError(`metadata ${JSON.stringify(key)} is not a string`);
  }
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);

  const chunks: Uint8Array[] = [];
  let position = 0;
  for (const [name, array] of namedEntries(tensors)) {
    const problem = name === '__metadata__' ? 'this name is reserved by the format' : mismatch(array);
    if (problem !== undefined) throw new FormatError(`tensor ${JSON.stringify(name)}: ${problem}`);
    const chunk = encodeElements(array);
    const entry = { dtype: array.dtype, shape: array.shape, data_offsets: [position, position + chunk.length] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    chunks.push(chunk);
    position += chunk.length;
  }

  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(lengthPrefix + padded + position).fill(0x20, 0, lengthPrefix + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, lengthPrefix);
  let offset = lengthPrefix + padded;
  for (const chunk of chunks) {
    file.set(chunk, offset);
    offset += chunk.length;
  }
  return file;
}
