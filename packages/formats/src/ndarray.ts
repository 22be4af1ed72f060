import { FormatError } from './errors';
import { quoted } from './printable';

/** The typed array that holds each element type. F16 and BF16 are raw bits; BOOL is one byte, 0 or 1. */
export interface DataOf {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U64: BigUint64Array;
  U32: Uint32Array;
  U16: Uint16Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** Element types, by their names in safetensors; every format here uses these names. */
export type DType = keyof DataOf;

/** An array of one element type: `data` has product(shape) elements in C (row-major) order. */
export interface NdArrayOf<D extends DType> {
  dtype: D;
  shape: readonly number[];
  data: DataOf[D];
}

/** An array of any element type; checking `dtype` narrows `data`. */
export type NdArray = { [D in DType]: NdArrayOf<D> }[DType];

type Data = DataOf[DType];

const constructors: { [D in DType]: { new (buffer: ArrayBuffer): DataOf[D]; readonly BYTES_PER_ELEMENT: number } } = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** All element types, in the order in which messages list them. */
export const dtypes = Object.keys(constructors) as readonly DType[];

/** Whether `name` is one of {@link dtypes}. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(constructors, name);
}

/** Bytes of one element. */
export function byteWidth(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** Number of elements of a shape; 1 for the empty shape of a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether `shape` is a list of whole numbers >= 0 whose product is still exact. */
export function isShape(shape: unknown): shape is number[] {
  return (
    Array.isArray(shape) &&
    shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) &&
    Number.isSafeInteger(elementCount(shape))
  );
}

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start + width <= bytes.length; start += width) {
    bytes.subarray(start, start + width).reverse();
  }
}

/**
 * Copies raw bytes into a fresh array of `dtype`. The copy also cures unaligned offsets.
 * @param bytes exactly product(shape) elements in C order
 */
export function decodeElements(
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array,
  endian: 'little' | 'big' = 'little',
): NdArray {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return adoptElements(dtype, shape, copy, endian);
}

/** As {@link decodeElements}, without the copy: the array takes the bytes over. @param bytes all of a buffer */
export function adoptElements(
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
  endian: 'little' | 'big' = 'little',
): NdArray {
  const width = byteWidth(dtype);
  if (width > 1 && (endian === 'little') !== hostIsLittleEndian) swapBytes(bytes, width);
  return ndarray(dtype, [...shape], new constructors[dtype](bytes.buffer));
}

/** The raw bytes of an array in C order. A view when the byte order is the host's, otherwise a copy. */
export function encodeElements(array: NdArray, endian: 'little' | 'big' = 'little'): Uint8Array {
  const { data } = array;
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data.BYTES_PER_ELEMENT === 1 || (endian === 'little') === hostIsLittleEndian) return view;
  const copy = view.slice();
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

/**
 * An array from its parts, checked: the typed array must be the one of `dtype` and hold product(shape) elements.
 * @throws FormatError when they do not fit together
 */
export function ndarray(dtype: DType, shape: readonly number[], data: Data): NdArray {
  const array = { dtype, shape, data } as NdArray;
  const problem = mismatch(array);
  if (problem !== undefined) throw new FormatError(problem);
  return array;
}

/** What is wrong with an array, or undefined: unknown dtype, bad shape, other typed array, wrong length. */
export function mismatch(array: { dtype: unknown; shape: unknown; data: unknown }): string | undefined {
  const { dtype, shape, data } = array;
  if (!isDType(dtype)) return `unknown dtype ${quoted(dtype)}, expected one of ${dtypes.join(' ')}`;
  if (!isShape(shape)) return `shape ${quoted(shape)} is not a list of whole numbers >= 0`;
  // Only the tag is compared: arrays may come from another realm (a worker, a test runner's sandbox).
  const expected = constructors[dtype].name;
  const actual = Object.prototype.toString.call(data).slice(8, -1);
  if (actual !== expected) return `dtype ${dtype} is held in a ${expected}, got ${actual}`;
  const { length } = data as Data;
  if (length !== elementCount(shape)) {
    return `shape [${shape}] has ${elementCount(shape)} elements, but the data has ${length}`;
  }
  return undefined;
}
