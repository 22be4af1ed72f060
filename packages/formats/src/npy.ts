import { FormatError, failer } from './errors';
import { byteWidth, type DType, decodeElements, elementCount, encodeElements, mismatch, type NdArray } from './ndarray';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const dtypeOfCode: Readonly<Record<string, DType>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u8: 'U64',
  u4: 'U32',
  u2: 'U16',
  u1: 'U8',
  b1: 'BOOL',
};
const codeOfDType = new Map(Object.entries(dtypeOfCode).map(([code, dtype]) => [dtype, code]));

/** The parsed Python literal of an npy header. */
interface NpyHeader {
  dtype: DType;
  endian: 'little' | 'big';
  fortranOrder: boolean;
  shape: number[];
}

function parseDescr(descr: string): { dtype: DType; endian: 'little' | 'big' } | undefined {
  const match = /^([<>|=])?([a-z]\d+)$/.exec(descr);
  const dtype = match && Object.hasOwn(dtypeOfCode, match[2]!) ? dtypeOfCode[match[2]!] : undefined;
  // '|' (not applicable) is legal only where bytes have no order.
  if (dtype === undefined || (match![1] === '|' && byteWidth(dtype) > 1)) return undefined;
  return { dtype, endian: match![1] === '>' ? 'big' : 'little' };
}

function parseHeaderText(text: string, file: string | undefined): NpyHeader {
  const fail = failer(file);
  const field = (key: string, value: string): string => {
    const match = new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(text);
    if (match === null) throw fail(`npy header has no readable '${key}': ${text.trim().slice(0, 120)}`);
    return match[1]!;
  };
  // A structured dtype is a list here and fails to match, which is the right answer: it is not supported.
  const descr = field('descr', `['"]([^'"]*)['"]`);
  const parsed = parseDescr(descr);
  if (parsed === undefined) {
    throw fail(`npy dtype '${descr}' is not supported, expected one of ${Object.keys(dtypeOfCode).join(' ')}`);
  }
  const fortranOrder = field('fortran_order', '(True|False)') === 'True';
  const shape = field('shape', '\\(([\\d\\s,L]*)\\)')
    .split(',')
    .map((extent) => extent.replace('L', '').trim())
    .filter((extent) => extent !== '')
    .map(Number);
  if (!Number.isSafeInteger(elementCount(shape))) throw fail(`npy shape (${shape}) is too large`);
  return { ...parsed, fortranOrder, shape };
}

/** Reorders elements stored first-axis-fastest into C order. */
function fortranToC(array: NdArray): NdArray {
  const { shape } = array;
  const source: ArrayLike<number | bigint> = array.data;
  const reordered = array.data.slice();
  const target = reordered as { [i: number]: number | bigint };
  const index = shape.map(() => 0);
  const strides: number[] = [];
  shape.reduce((stride, extent, axis) => {
    strides[axis] = stride;
    return stride * extent;
  }, 1);
  let offset = 0;
  for (let i = 0; i < source.length; i++) {
    target[i] = source[offset]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { ...array, data: reordered } as NdArray;
}

/**
 * Reads a NumPy .npy file, format versions 1 to 3, either byte order, C or Fortran order (the result is in C order).
 * Element types: bool, 8 to 64-bit integers, float16 (raw bits, see toFloat32), float32, float64.
 * @param options.name what messages call the file
 * @throws FormatError when the bytes are not such a file or are too few or too many
 */
export function readNpy(bytes: Uint8Array, options: { name?: string } = {}): NdArray {
  const fail = failer(options.name);
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) throw fail('not an npy file: no NUMPY magic');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw fail(`npy format version ${version}.${bytes[7]} is not known, expected 1 to 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textStart = version === 1 ? 10 : 12;
  if (bytes.length < textStart) throw fail('truncated npy header');
  const dataStart = textStart + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataStart > bytes.length)
    throw fail(`truncated npy header: ${bytes.length} bytes, expected ${dataStart} and data`);
  const encoding = version === 3 ? 'utf-8' : 'latin1';
  const header = parseHeaderText(new TextDecoder(encoding).decode(bytes.subarray(textStart, dataStart)), options.name);

  const expected = elementCount(header.shape) * byteWidth(header.dtype);
  const actual = bytes.length - dataStart;
  if (actual !== expected) {
    const kind = actual < expected ? 'truncated' : 'trailing bytes';
    throw fail(`${kind}: npy shape (${header.shape}) of ${header.dtype} takes ${expected} bytes, found ${actual}`);
  }
  const array = decodeElements(header.dtype, header.shape, bytes.subarray(dataStart), header.endian);
  return header.fortranOrder && header.shape.length > 1 ? fortranToC(array) : array;
}

/**
 * Writes a .npy file, format version 1, little endian, C order, data aligned to 64 bytes as NumPy does.
 * @throws FormatError for BF16, which NumPy has no name for, or an array whose parts disagree
 */
export function writeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  const problem = mismatch(array);
  if (problem !== undefined) throw new FormatError(problem);
  const code = codeOfDType.get(array.dtype);
  if (code === undefined) throw new FormatError(`npy cannot hold ${array.dtype}; convert it with toFloat32 first`);
  const descr = (byteWidth(array.dtype) > 1 ? '<' : '|') + code;
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const literal = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const dataStart = Math.ceil((10 + literal.length + 1) / 64) * 64;
  if (dataStart - 10 > 0xffff) throw new FormatError(`npy version 1 cannot hold a shape of ${array.shape.length} axes`);

  const data = encodeElements(array);
  const file = new Uint8Array(dataStart + data.length).fill(0x20, 0, dataStart);
  file.set(magic);
  file.set([1, 0], 6);
  new DataView(file.buffer).setUint16(8, dataStart - 10, true);
  file.set(new TextEncoder().encode(literal), 10);
  file[dataStart - 1] = 0x0a;
  file.set(data, dataStart);
  return file;
}
