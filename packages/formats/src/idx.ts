import { gunzipSync } from 'fflate';
import { FormatError, failer } from './errors';
import { byteWidth, type DType, decodeElements, elementCount, encodeElements, mismatch, type NdArray } from './ndarray';

const dtypeOfCode = new Map<number, DType>([
  [0x08, 'U8'],
  [0x09, 'I8'],
  [0x0b, 'I16'],
  [0x0c, 'I32'],
  [0x0d, 'F32'],
  [0x0e, 'F64'],
]);
const codeOfDType = new Map([...dtypeOfCode].map(([code, dtype]) => [dtype, code]));

/**
 * Reads an IDX file (the format of MNIST): two zero bytes, type code, number of axes, the extents and the elements, all
 * big endian. Gzip is recognised by its magic bytes.
 * @param options.name what messages call the file
 * @throws FormatError when the bytes are not such a file or are too few or too many
 */
export function readIdx(bytes: Uint8Array, options: { name?: string } = {}): NdArray {
  const fail = failer(options.name);
  let content = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      content = gunzipSync(bytes);
    } catch (error) {
      throw fail(`broken gzip data: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (content.length < 4 || content[0] !== 0 || content[1] !== 0) {
    throw fail('not an IDX file: expected two zero bytes, a type code and a number of axes');
  }
  const dtype = dtypeOfCode.get(content[2]!);
  if (dtype === undefined) {
    const known = [...dtypeOfCode.keys()].map((code) => `0x${code.toString(16).padStart(2, '0')}`).join(' ');
    throw fail(`unknown IDX type code 0x${content[2]!.toString(16).padStart(2, '0')}, expected one of ${known}`);
  }
  const axes = content[3]!;
  const dataStart = 4 + 4 * axes;
  if (content.length < dataStart) throw fail(`truncated: ${content.length} bytes, the IDX header takes ${dataStart}`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = elementCount(shape) * byteWidth(dtype);
  const actual = content.length - dataStart;
  if (actual !== expected) {
    const kind = actual < expected ? 'truncated' : 'trailing bytes';
    throw fail(`${kind}: IDX shape [${shape}] of ${dtype} takes ${expected} bytes, found ${actual}`);
  }
  return decodeElements(dtype, shape, content.subarray(dataStart), 'big');
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
