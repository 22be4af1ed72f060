import { FormatError, failer } from './errors';
import { gunzip, LARGEST_RATIO } from './inflate';
import { type LazyArray, lazyArray } from './lazy-array';
import {
  byteWidth,
  type DType,
  decodeElements,
  elementCount,
  encodeElements,
  isShape,
  mismatch,
  type NdArray,
} from './ndarray';
import { fileContent } from './npy';
import { joined } from './parts';
import { bytesSource, type RangeSource, readInMemory } from './range-source';

const dtypeOfCode = new Map<number, DType>([
  [0x08, 'U8'],
  [0x09, 'I8'],
  [0x0b, 'I16'],
  [0x0c, 'I32'],
  [0x0d, 'F32'],
  [0x0e, 'F64'],
]);
const codeOfDType = new Map([...dtypeOfCode].map(([code, dtype]) => [dtype, code]));

type Fail = (message: string) => FormatError;

interface IdxHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes of the header, which the data follows. */
  readonly dataStart: number;
  /** Bytes of the data. */
  readonly dataBytes: number;
}

const hex = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;

/** The header at the start of some bytes; undefined if it goes on behind them. */
function parseHeader(bytes: Uint8Array, fail: Fail): IdxHeader | undefined {
  if (bytes.length < 4) return undefined;
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw fail('not an IDX file: expected two zero bytes, a type code and a number of axes');
  }
  const dtype = dtypeOfCode.get(bytes[2]!);
  if (dtype === undefined) {
    const known = [...dtypeOfCode.keys()].map(hex).join(' ');
    throw fail(`unknown IDX type code ${hex(bytes[2]!)}, expected one of ${known}`);
  }
  const axes = bytes[3]!;
  const dataStart = 4 + 4 * axes;
  if (bytes.length < dataStart) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const dataBytes = elementCount(shape) * byteWidth(dtype);
  if (!isShape(shape) || !Number.isSafeInteger(dataBytes)) throw fail(`IDX shape of ${axes} axes is too large`);
  return { dtype, shape, dataStart, dataBytes };
}

/** @param found bytes of data, or in words how many there are at least or at most */
function wrongLength(header: IdxHeader, kind: 'truncated' | 'trailing bytes', found: string | number): string {
  const { dataBytes, dtype, shape } = header;
  return `${kind}: IDX shape [${shape}] of ${dtype} takes ${dataBytes} bytes, found ${found}`;
}

/** The content of a gzip file, of which no more is unpacked than the IDX header at its start promises. */
function unpack(bytes: Uint8Array, fail: Fail): Uint8Array {
  let start: Uint8Array = new Uint8Array(0);
  let header: IdxHeader | undefined;
  let content: Uint8Array | undefined;
  let filled = 0;
  gunzip(
    bytes,
    (piece) => {
      if (header === undefined || content === undefined) {
        start = joined([start, piece]);
        header = parseHeader(start, fail);
        if (header === undefined) return;
        const { dataBytes, dataStart } = header;
        const most = bytes.length * LARGEST_RATIO;
        if (dataStart + dataBytes > most) throw fail(wrongLength(header, 'truncated', `at most ${most}`));
        content = allocate(dataStart + dataBytes, fail);
        piece = start;
      }
      if (filled + piece.length > content.length) {
        const found = filled + piece.length - header.dataStart;
        throw fail(wrongLength(header, 'trailing bytes', `at least ${found}`));
      }
      content.set(piece, filled);
      filled += piece.length;
    },
    fail,
  );
  return content?.subarray(0, filled) ?? start;
}

function allocate(length: number, fail: Fail): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw fail(`its ${length} bytes do not fit into one array`);
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const noHeader = (length: number): string => `truncated: ${length} bytes, an IDX header takes 4 and 4 for each axis`;

function checkLength(header: IdxHeader, size: number, fail: Fail): void {
  const actual = size - header.dataStart;
  if (actual < header.dataBytes) throw fail(wrongLength(header, 'truncated', actual));
  if (actual > header.dataBytes) throw fail(wrongLength(header, 'trailing bytes', actual));
}

/**
 * Reads an IDX file (the format of MNIST): two zero bytes, type code, number of axes, the extents and the elements, all
 * big endian. Gzip, of one or several members, is recognised by its magic bytes and checked (CRC-32 and length); it is
 * not unpacked further than the extents say.
 * @param options.name what messages call the file
 * @throws FormatError when the bytes are not such a file, are damaged, or are too few or too many
 */
export function readIdx(bytes: Uint8Array, options: { name?: string } = {}): NdArray {
  const fail: Fail = failer(options.name);
  const content = isGzip(bytes) ? unpack(bytes, fail) : bytes;
  const header = parseHeader(content, fail);
  if (header === undefined) throw fail(noHeader(content.length));
  checkLength(header, content.length, fail);
  return decodeElements(header.dtype, header.shape, content.subarray(header.dataStart), 'big');
}

/** Header of the most axes that there can be. */
const LONGEST_HEADER = 4 + 4 * 255;

/**
 * Opens an IDX file for reading by rows; reads only its header. A gzip file is unpacked as a whole, and its rows lie in
 * memory then.
 * @throws FormatError as {@link readIdx}
 */
export async function openIdx(source: RangeSource): Promise<LazyArray> {
  const { name, size } = source;
  const fail: Fail = failer(name);
  const start = await source.read(0, Math.min(LONGEST_HEADER, size));
  if (isGzip(start)) {
    const content = unpack(await readInMemory(source, 0, size, 'gzip'), fail);
    return openIdx(bytesSource(content, name));
  }
  const header = parseHeader(start, fail);
  if (header === undefined) throw fail(noHeader(start.length));
  checkLength(header, size, fail);
  const { dataStart, dtype, shape } = header;
  return lazyArray(
    { content: fileContent(size, name), header: { dataStart, dtype, shape, endian: 'big', fortranOrder: false } },
    source,
  );
}

/**
 * Writes an IDX file, not compressed.
 * @throws FormatError for an element type without an IDX code, more than 255 axes, or an extent above 2^32 - 1
 */
export function writeIdx(array: NdArray): Uint8Array<ArrayBuffer> {
  const problem = mismatch(array);
  if (problem !== undefined) throw new FormatError(problem);
  const code = codeOfDType.get(array.dtype);
  if (code === undefined) {
    throw new FormatError(`IDX cannot hold ${array.dtype}, expected one of ${[...codeOfDType.keys()].join(' ')}`);
  }
  const { shape } = array;
  if (shape.length > 255 || shape.some((extent) => extent > 0xffffffff)) {
    throw new FormatError(`IDX cannot hold shape [${shape}]: at most 255 axes of at most 4294967295 elements`);
  }
  const data = encodeElements(array, 'big');
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  file.set([0, 0, code, shape.length]);
  shape.forEach((extent, axis) => {
    view.setUint32(4 + 4 * axis, extent);
  });
  file.set(data, 4 + 4 * shape.length);
  return file;
}
