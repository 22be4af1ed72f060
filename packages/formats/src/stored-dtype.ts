import { byteWidth, type DType, decodeElements, dtypes, isDType, type NdArray } from './ndarray';

/** Bits of an element of the types that safetensors has beside {@link dtypes}. */
const storedBits = {
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
} as const;

/** Element types that a safetensors file may hold: its tensors can be listed; not all can be read as numbers. */
export type StoredDType = DType | keyof typeof storedBits;

/** All of them, in the order in which messages list them. */
export const storedDTypes = [...dtypes, ...(Object.keys(storedBits) as (keyof typeof storedBits)[])] as const;

export function isStoredDType(name: unknown): name is StoredDType {
  return isDType(name) || (typeof name === 'string' && Object.hasOwn(storedBits, name));
}

export function bitWidth(dtype: StoredDType): number {
  return isDType(dtype) ? 8 * byteWidth(dtype) : storedBits[dtype];
}

type NumberOfBits = (bits: number) => number;

/** 1 sign, 4 exponent (bias 7), 3 fraction bits; no infinities, one NaN. OCP 8-bit floating point 1.0, E4M3. */
const e4m3: NumberOfBits = (bits) => ((bits & 0x7f) === 0x7f ? Number.NaN : float(bits, 3, 7));

/** 1 sign, 5 exponent (bias 15), 2 fraction bits, infinities and NaN as in IEEE 754. OCP 8-bit floating point 1.0, E5M2. */
const e5m2: NumberOfBits = (bits) => {
  if ((bits & 0x7f) < 0x7c) return float(bits, 2, 15);
  if ((bits & 0x7f) > 0x7c) return Number.NaN;
  return bits < 0x80 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
};

/** A power of two, bias 127, 255 is NaN. OCP microscaling formats 1.0, E8M0. */
const e8m0: NumberOfBits = (bits) => (bits === 0xff ? Number.NaN : 2 ** (bits - 127));

/** Without infinities and -0, whose bits are the one NaN; the bias is one larger. Noune et al., arXiv:2206.02915. */
const withoutNegativeZero =
  (fractionBits: number, bias: number): NumberOfBits =>
  (bits) =>
    bits === 0x80 ? Number.NaN : float(bits, fractionBits, bias);

/** A float of 8 bits as if it had neither infinities nor NaN; exponent 0 is subnormal. */
function float(bits: number, fractionBits: number, bias: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits & 0x7f) >> fractionBits;
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

const eightBits: Readonly<Partial<Record<StoredDType, NumberOfBits>>> = {
  F8_E4M3: e4m3,
  F8_E5M2: e5m2,
  F8_E8M0: e8m0,
  F8_E4M3FNUZ: withoutNegativeZero(3, 8),
  F8_E5M2FNUZ: withoutNegativeZero(2, 16),
};

/**
 * Elements as an array: a type of {@link dtypes} as it is, 8-bit floats widened to F32, which is exact (a power of two
 * below 2^-126 becomes an F32 subnormal). Undefined for a type that no typed array can hold.
 */
export function decodeStored(dtype: StoredDType, shape: readonly number[], bytes: Uint8Array): NdArray | undefined {
  if (isDType(dtype)) return decodeElements(dtype, shape, bytes);
  const number = eightBits[dtype];
  if (number === undefined) return undefined;
  const table = Float32Array.from({ length: 256 }, (_, bits) => number(bits));
  return { dtype: 'F32', shape: [...shape], data: Float32Array.from(bytes, (bits) => table[bits]!) };
}
