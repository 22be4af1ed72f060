import { BlockCutter } from './block-cutter';
import { adoptElements, byteWidth, decodeElements, elementCount, type NdArray } from './ndarray';
import { type NpyHeader, npyHeaderLength, npyPrefix, parseNpyHeader } from './npy-header';
import type { RangeSource } from './range-source';
import { type Reading, readFromSource } from './reading';
import { fortranToC } from './strided';

/** An array in a file, of which only the header has been read. */
export interface LazyArray {
  readonly dtype: NdArray['dtype'];
  /** In C order, whatever the order in the file. */
  readonly shape: readonly number[];
  /**
   * Whether `rows` reads its own bytes and nothing else: the array is neither compressed nor in Fortran order. If not,
   * `rows` unpacks all that stands before them, and `blocks` is the way to go through the array.
   */
  readonly byRange: boolean;
  /**
   * All of it. In an archive its bytes are checked against their CRC-32.
   * @throws FormatError for damage, or an array too large for memory
   */
  read(): Promise<NdArray>;
  /**
   * `count` entries of the first axis from entry `from`; the result has shape [count, ...]. A checksum is that of the
   * whole array, so it is compared only where the bytes before are unpacked anyway and the rows reach to the end.
   * @throws RangeError outside of the array, or for a scalar
   */
  rows(from: number, count: number): Promise<NdArray>;
  /**
   * The array in order, `rows` entries of the first axis at a time, the last block with what is left; memory does not
   * grow with its size. The last block comes only once the CRC-32 of all is right.
   */
  blocks(rows: number): AsyncIterable<NdArray>;
}

/** The bytes of an npy file that stand in a file, as they are or packed. */
export interface NpyContent {
  /** What messages call it. */
  readonly place: string;
  /** Bytes. */
  readonly size: number;
  /** Whether `range` reads no other bytes. */
  readonly direct: boolean;
  range(from: number, length: number): Reading<Uint8Array>;
  /** From byte `from` to the end, in memory of its own and checked. */
  toEnd(from: number): Reading<Uint8Array<ArrayBuffer>>;
  /** All bytes in order, checked at the end. */
  pass(take: (bytes: Uint8Array) => void): Reading<void>;
}

/** An array whose header is known. */
export interface StoredArray {
  readonly content: NpyContent;
  readonly header: NpyHeader;
}

/** Most headers are no longer than this. */
const FIRST_LOOK = 128;

/** Reads the header of an array, or of texts if they will do. @throws FormatError as {@link parseNpyHeader} */
export function* openArray(content: NpyContent, texts = false): Reading<StoredArray> {
  const { place, size } = content;
  const first = yield* content.range(0, Math.min(size, FIRST_LOOK));
  const length = npyHeaderLength(first.subarray(0, npyPrefix), size, place);
  const bytes = length <= first.length ? first.subarray(0, length) : yield* content.range(0, length);
  return { content, header: parseNpyHeader(bytes, size, place, texts) };
}

const isReordered = ({ fortranOrder, shape }: NpyHeader): boolean => fortranOrder && shape.length > 1;

/** All of an array, in C order. */
export function* readArray({ content, header }: StoredArray): Reading<NdArray> {
  const { dataStart, dtype, endian, shape } = header;
  const array = adoptElements(dtype, shape, yield* content.toEnd(dataStart), endian);
  return isReordered(header) ? fortranToC(array) : array;
}

function sliced({ data, dtype, shape }: NdArray, from: number, count: number): NdArray {
  const each = elementCount(shape.slice(1));
  return { dtype, shape: [count, ...shape.slice(1)], data: data.slice(from * each, (from + count) * each) } as NdArray;
}

function* readRows(stored: StoredArray, from: number, count: number): Reading<NdArray> {
  const { content, header } = stored;
  const { dataStart, dtype, endian, shape } = header;
  const [extent, ...rest] = shape;
  if (extent === undefined) throw new RangeError(`${content.place}: rows of a scalar asked for`);
  const whole = Number.isSafeInteger(from) && Number.isSafeInteger(count);
  if (!whole || from < 0 || count < 0 || from + count > extent) {
    throw new RangeError(`${content.place}: rows ${from}..${from + count} asked for, it has ${extent}`);
  }
  if (isReordered(header)) return sliced(yield* readArray(stored), from, count);
  const rowBytes = elementCount(rest) * byteWidth(dtype);
  const bytes = yield* content.range(dataStart + from * rowBytes, count * rowBytes);
  return decodeElements(dtype, [count, ...rest], bytes, endian);
}

async function* readBlocks(stored: StoredArray, rows: number, source: RangeSource): AsyncGenerator<NdArray> {
  const { content, header } = stored;
  const { dataStart, shape } = header;
  if (!Number.isSafeInteger(rows) || rows < 1) throw new RangeError(`${content.place}: blocks of ${rows} rows`);
  if (shape.length === 0) throw new RangeError(`${content.place}: blocks of a scalar asked for`);
  const [extent] = shape as [number, ...number[]];
  if (isReordered(header) || elementCount(shape) === 0) {
    const array = await readFromSource(readArray(stored), source);
    for (let from = 0; from < extent; from += rows) yield sliced(array, from, Math.min(rows, extent - from));
    return;
  }
  let ready: NdArray[] = [];
  const cutter = new BlockCutter(header, rows, (array) => ready.push(array));
  let skip = dataStart;
  const reading = content.pass((bytes) => {
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    cutter.take(bytes.subarray(skipped));
  });
  let step = reading.next();
  while (!step.done) {
    const { offset, length } = step.value;
    step = reading.next(await source.read(offset, length));
    yield* ready;
    ready = [];
  }
}

/** An opened array over the source it is in. */
export function lazyArray(stored: StoredArray, source: RangeSource): LazyArray {
  const { content, header } = stored;
  return {
    dtype: header.dtype,
    shape: header.shape,
    byRange: content.direct && !isReordered(header),
    read: () => readFromSource(readArray(stored), source),
    rows: async (from, count) => readFromSource(readRows(stored, from, count), source),
    blocks: (rows) => readBlocks(stored, rows, source),
  };
}
