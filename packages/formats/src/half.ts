import type { NdArray } from './ndarray';

// 16-bit floats as raw bits. IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.
// bfloat16: the upper half of a binary32. Both encoders round to nearest, ties to even.

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let halfTable: Float32Array | undefined;

/** All 65,536 halves: weights have millions of elements, and a look-up costs less than taking bits apart. */
function halves(): Float32Array {
  halfTable ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits));
  return halfTable;
}

/** Decodes binary16 bits; exact. */
export function float16ToFloat32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const table = halves();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}

/** Encodes as binary16 bits, to nearest even. |x| >= 65520 becomes infinity; subnormals are kept; NaN stays NaN. */
export function float32ToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halfBits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    scratchFloat[0] = values[i]!;
    const bits = scratchBits[0]!;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      halfBits[i] = sign | 0x7e00;
    } else if (magnitude >= 0x477ff000) {
      halfBits[i] = sign | 0x7c00;
    } else if (magnitude >= 0x38800000) {
      const odd = (magnitude >>> 13) & 1;
      halfBits[i] = sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
    } else {
      // Below 2^-14 the spacing is 2^-24; adding and removing 2^52 rounds a double to a whole number, ties to even.
      halfBits[i] = sign | (Math.abs(scratchFloat[0]!) * 2 ** 24 + 2 ** 52 - 2 ** 52);
    }
  }
  return halfBits;
}

/** Decodes bfloat16 bits; exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bits.length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return values;
}

/** Encodes as bfloat16 bits, to nearest even; NaN stays NaN. */
export function float32ToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const upper = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    scratchFloat[0] = values[i]!;
    const bits = scratchBits[0]!;
    const notANumber = (bits & 0x7fffffff) > 0x7f800000;
    upper[i] = notANumber ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return upper;
}

/**
 * The elements as float32, in C order. F32 data is returned as it is, without a copy; F16 and BF16 are exact;
 * F64 and whole numbers beyond 2^24 are rounded.
 */
export function toFloat32(array: NdArray): Float32Array {
  switch (array.dtype) {
    case 'F32':
      return array.data;
    case 'F16':
      return float16ToFloat32(array.data);
    case 'BF16':
      return bfloat16ToFloat32(array.data);
    case 'I64':
    case 'U64':
      return Float32Array.from(array.data as ArrayLike<bigint>, Number);
    default:
      return new Float32Array(array.data);
  }
}
