import { failer } from './errors';
import { elementCount, type NdArray } from './ndarray';
import { quoted } from './printable';
import { type RangeSource, readInMemory } from './range-source';
import { headerLength, lengthPrefix, parseHeader, type TensorInfo } from './safetensors-header';
import { bitWidth, decodeStored } from './stored-dtype';

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
  /**
   * Reads one tensor; 8-bit floats come as F32.
   * @throws FormatError for an unknown name, a type that holds no numbers of this language (C64, F4, F6), or a tensor
   * too large for one array
   */
  read(name: string): Promise<NdArray>;
  /**
   * `count` elements in C order from element `from`, as an array of shape [count], so that a tensor of any size can be
   * read in parts.
   * @throws FormatError as `read`; RangeError outside of the tensor
   */
  elements(name: string, from: number, count: number): Promise<NdArray>;
}

/** The tensor's elements from their bytes. @throws FormatError for a type that holds no numbers */
function decode(
  file: string | undefined,
  name: string,
  { dtype }: TensorInfo,
  shape: readonly number[],
  bytes: Uint8Array,
): NdArray {
  const array = decodeStored(dtype, shape, bytes);
  if (array === undefined) throw failer(file)(`${dtype} cannot be read as numbers`, `tensor ${quoted(name)}`);
  return array;
}

/**
 * Reads a whole safetensors file. F16 and BF16 stay raw bits (see toFloat32), 8-bit floats become F32.
 * @param options.name what messages call the file
 * @throws FormatError on any violation of the format, naming file and tensor
 */
export function readSafetensors(bytes: Uint8Array, options: { name?: string } = {}): Safetensors {
  const { name: file } = options;
  const length = headerLength(bytes.subarray(0, lengthPrefix), bytes.length, file);
  const json = bytes.subarray(lengthPrefix, lengthPrefix + length);
  const { metadata, tensors, dataStart } = parseHeader(json, bytes.length, file);
  const arrays = new Map<string, NdArray>();
  for (const [name, info] of tensors) {
    const data = bytes.subarray(dataStart + info.begin, dataStart + info.end);
    arrays.set(name, decode(file, name, info, info.shape, data));
  }
  return { metadata, tensors: arrays };
}

/**
 * Opens a safetensors file for reading tensor by tensor; reads and validates only the header.
 * @throws FormatError as {@link readSafetensors}
 */
export async function openSafetensors(source: RangeSource): Promise<LazySafetensors> {
  const file = source.name;
  const prefix = await source.read(0, Math.min(lengthPrefix, source.size));
  const length = headerLength(prefix, source.size, file);
  const { dataStart, metadata, tensors } = parseHeader(await source.read(lengthPrefix, length), source.size, file);

  function info(name: string): TensorInfo {
    const found = tensors.get(name);
    if (found === undefined) throw failer(file)(`no tensor ${quoted(name)}`);
    return found;
  }

  return {
    metadata,
    names: [...tensors.keys()],
    has: (name) => tensors.has(name),
    info,
    async read(name) {
      const found = info(name);
      const { begin, end } = found;
      const data = await readInMemory(source, dataStart + begin, end - begin, `tensor ${quoted(name)}`);
      return decode(file, name, found, found.shape, data);
    },
    async elements(name, from, count) {
      const found = info(name);
      const total = elementCount(found.shape);
      if (
        !Number.isSafeInteger(from) ||
        !Number.isSafeInteger(count) ||
        from < 0 ||
        count < 0 ||
        from + count > total
      ) {
        throw new RangeError(`tensor ${quoted(name)}: elements ${from}..${from + count} asked for, it has ${total}`);
      }
      // Elements of less than a byte are never asked for: decode refuses them.
      const width = bitWidth(found.dtype) / 8;
      const offset = dataStart + found.begin + Math.floor(from * width);
      const data = await readInMemory(source, offset, Math.ceil(count * width), `tensor ${quoted(name)}`);
      return decode(file, name, found, [count], data);
    },
  };
}
