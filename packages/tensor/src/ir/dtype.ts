/** Element types of tensors. */
export type DType = 'f32' | 'u32';

/** Types a scalar term can have: an element type, or the truth value of a comparison. */
export type TermType = DType | 'bool';

export const BYTES_PER_ELEMENT = 4;

/** How elements lie in memory: as what they are, or f32 values rounded to 16-bit floats. */
export type StorageType = DType | 'f16';

/** Bytes of one element in memory. */
export const storageBytes = (storage: StorageType): number => (storage === 'f16' ? 2 : BYTES_PER_ELEMENT);

export type TypedArray = Float32Array | Uint32Array;

/** A zeroed typed array of `size` elements. */
export const typedArray = (dtype: DType, size: number): TypedArray =>
  dtype === 'f32' ? new Float32Array(size) : new Uint32Array(size);

/** The elements held in `bytes`, without a copy. */
export const viewBytes = (dtype: DType, bytes: ArrayBuffer): TypedArray =>
  dtype === 'f32' ? new Float32Array(bytes) : new Uint32Array(bytes);

/** u32 terms count from 0 to this. */
export const LARGEST_U32 = 2 ** 32 - 1;

/** The largest u32 that an f32 can be: 2³² − 2⁸. */
const LARGEST_FROM_F32 = 4294967040;

/**
 * The u32 that an f32 is converted to: truncated towards zero; 0 for what is below and for NaN, 4294967040 for what is
 * above. WGSL 1.0, "value conversion".
 */
export const toU32 = (x: number): number => Math.min(LARGEST_FROM_F32, Math.max(0, Math.trunc(x) || 0));
