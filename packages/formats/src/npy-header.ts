import { FormatError, failer } from './errors';
import { byteWidth, type DType, elementCount, isShape } from './ndarray';
import { quoted } from './printable';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Bytes that say how long a header of any version is. */
export const npyPrefix = 12;

/** Versions 2 and 3 could say 4 GiB; the headers of arrays of numbers have some hundred bytes. */
const MAX_HEADER = 1 << 16;

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

/** What stands before the data of an npy file. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly endian: 'little' | 'big';
  /** The first axis runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** NumPy's name of a type of text, such as `<U5`: then the last axis holds the code points of one text. */
  readonly text?: string;
  /** Bytes of the header, which the data follows. */
  readonly dataStart: number;
}

function parseDescr(descr: string): { dtype: DType; endian: 'little' | 'big' } | undefined {
  const match = /^([<>|=])?([a-z]\d+)$/.exec(descr);
  const dtype = match && Object.hasOwn(dtypeOfCode, match[2]!) ? dtypeOfCode[match[2]!] : undefined;
  // '|' (not applicable) is legal only where bytes have no order.
  if (dtype === undefined || (match![1] === '|' && byteWidth(dtype) > 1)) return undefined;
  return { dtype, endian: match![1] === '>' ? 'big' : 'little' };
}

/** Texts of `width` code points, as numbers. */
function parseTextDescr(descr: string): { dtype: DType; endian: 'little' | 'big'; width: number } | undefined {
  const match = /^([<>=])U(\d{1,9})$/.exec(descr);
  return match ? { dtype: 'U32', endian: match[1] === '>' ? 'big' : 'little', width: Number(match[2]) } : undefined;
}

/** What is wrong with an array of another type than numbers. */
export const unsupported = (descr: string): string =>
  `npy dtype ${descr.slice(0, 100)} is not supported, expected one of ${Object.keys(dtypeOfCode).join(' ')}`;

/** A key of the header's Python literal, and its value: a string, a bool, a tuple of whole numbers, or a list. */
const item = /\s*(['"])([^'"\\]*)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([^()]*\)|\[.*\])\s*(,|(?=\}))/y;

/** The entries of a literal like `{'descr': '<f4', 'shape': (2, 3), }`, as text; undefined if it is not one. */
function parseLiteral(text: string): Map<string, string> | undefined {
  const body = /^\s*\{(.*\})\s*$/s.exec(text)?.[1];
  if (body === undefined) return undefined;
  const entries = new Map<string, string>();
  item.lastIndex = 0;
  let end = 0;
  for (let found = item.exec(body); found !== null; found = item.exec(body)) {
    if (entries.has(found[2]!)) return undefined;
    entries.set(found[2]!, found[3]!);
    end = item.lastIndex;
    if (found[4] === '') break;
  }
  return body.slice(end).trim() === '}' ? entries : undefined;
}

/** A tuple of whole numbers: `()`, `(3,)`, `(2, 3)`, `(2, 3,)`; Python 2 wrote an L behind large ones. */
function parseShape(tuple: string): number[] | undefined {
  if (!tuple.startsWith('(')) return undefined;
  const extents = tuple
    .slice(1, -1)
    .split(',')
    .map((extent) => extent.trim());
  // What stands behind the last comma; `(3)` is a number in brackets, and `(,)` is nothing.
  const last = extents.pop();
  if (last !== '') {
    if (extents.length === 0) return undefined;
    extents.push(last!);
  } else if (extents.length === 0) return [];
  return extents.every((extent) => /^\d+L?$/.test(extent)) ? extents.map((extent) => parseInt(extent, 10)) : undefined;
}

/**
 * How many bytes the header takes, from the first {@link npyPrefix} bytes of a file (or all of a shorter one).
 * @param size bytes of the file
 * @throws FormatError when this is no npy file or its header reaches beyond it
 */
export function npyHeaderLength(prefix: Uint8Array, size: number, file: string | undefined): number {
  const fail = failer(file);
  if (size < 10 || magic.some((byte, i) => prefix[i] !== byte)) throw fail('not an npy file: no NUMPY magic');
  const version = prefix[6]!;
  if (version < 1 || version > 3)
    throw fail(`npy format version ${version}.${prefix[7]} is not known, expected 1 to 3`);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const textStart = version === 1 ? 10 : 12;
  if (size < textStart) throw fail('truncated npy header');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) throw fail(`npy header of ${length} bytes, expected at most ${MAX_HEADER}`);
  if (textStart + length > size) {
    throw fail(`truncated npy header: ${size} bytes, expected ${textStart + length} and data`);
  }
  return textStart + length;
}

/**
 * Reads a header, and checks that the data behind it has the length that its shape takes.
 * @param bytes the header, as long as {@link npyHeaderLength} says
 * @param size bytes of the file
 * @param texts whether a list of texts will do
 * @throws FormatError for what is not a plain array of numbers, a key that stands twice, or data of another length
 */
export function parseNpyHeader(bytes: Uint8Array, size: number, file: string | undefined, texts = false): NpyHeader {
  const fail = failer(file);
  const version = bytes[6]!;
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(version === 1 ? 10 : 12));
  const entries = parseLiteral(text);
  if (entries === undefined) throw fail(`npy header is not a dictionary of distinct keys: ${quoted(text.trim())}`);
  const field = <T>(key: string, parse: (value: string) => T | undefined): T => {
    const value = entries.get(key);
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed === undefined) throw fail(`npy header has no readable '${key}': ${quoted(text.trim())}`);
    return parsed;
  };
  // The dtype of records is a list, that of a pair of types too; neither is an array of numbers.
  const descr = field('descr', (value) => value);
  const name = /^\[/.test(descr) ? '' : descr.slice(1, -1);
  const ofTexts = texts ? parseTextDescr(name) : undefined;
  const parsed = ofTexts ?? parseDescr(name);
  if (parsed === undefined) throw fail(unsupported(descr));
  const fortranOrder = field('fortran_order', (value) => (/^(True|False)$/.test(value) ? value === 'True' : undefined));
  const extents = field('shape', parseShape);
  if (ofTexts && extents.length !== 1) throw fail(unsupported(`${descr} of shape (${extents})`));
  const shape = ofTexts ? [...extents, ofTexts.width] : extents;
  if (!isShape(shape)) throw fail(`npy shape (${shape}) is too large`);
  const { dtype, endian } = parsed;
  // One axis of texts has no order.
  const header = ofTexts
    ? { dtype, endian, fortranOrder: false, shape, text: descr, dataStart: bytes.length }
    : { dtype, endian, fortranOrder, shape, dataStart: bytes.length };

  const expected = elementCount(shape) * byteWidth(header.dtype);
  const actual = size - header.dataStart;
  if (actual !== expected) {
    const kind = actual < expected ? 'truncated' : 'trailing bytes';
    throw fail(`${kind}: npy shape (${shape}) of ${header.dtype} takes ${expected} bytes, found ${actual}`);
  }
  return header;
}

/**
 * The header of an npy file, format version 1, little endian, C order, padded to 64 bytes as NumPy does.
 * @param text whether the last axis holds the code points of one text
 * @throws FormatError for BF16, which NumPy has no name for, and for too many axes
 */
export function encodeNpyHeader(dtype: DType, given: readonly number[], text = false): Uint8Array<ArrayBuffer> {
  const code = text ? `U${given.at(-1)}` : codeOfDType.get(dtype);
  const shape = text ? given.slice(0, -1) : given;
  if (code === undefined) throw new FormatError(`npy cannot hold ${dtype}; convert it with toFloat32 first`);
  const descr = (byteWidth(dtype) > 1 ? '<' : '|') + code;
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const literal = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const dataStart = Math.ceil((10 + literal.length + 1) / 64) * 64;
  if (dataStart - 10 > 0xffff) throw new FormatError(`npy version 1 cannot hold a shape of ${shape.length} axes`);
  const header = new Uint8Array(dataStart).fill(0x20);
  header.set(magic);
  header.set([1, 0], 6);
  new DataView(header.buffer).setUint16(8, dataStart - 10, true);
  header.set(new TextEncoder().encode(literal), 10);
  header[dataStart - 1] = 0x0a;
  return header;
}
