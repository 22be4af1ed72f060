/** Element types of tensors. */
export type DType = 'f32' | 'i32' | 'u32';

/** Types a scalar term can have: an element type, or the truth value of a comparison. */
export type TermType = DType | 'bool';

export const BYTES_PER_ELEMENT = 4;

/** How elements lie in memory: as what they are, or f32 values rounded to 16-bit floats. */
export type StorageType = DType | 'f16';

/** Bytes of one element in memory. */
export const storageBytes = (storage: StorageType): number => (storage === 'f16' ? 2 : BYTES_PER_ELEMENT);

export type TypedArray = Float32Array | Int32Array | Uint32Array;

/** A zeroed typed array of `size` elements. */
export function typedArray(dtype: DType, size: number): TypedArray {
  if (dtype === 'f32') return new Float32Array(size);
  return dtype === 'i32' ? new Int32Array(size) : new Uint32Array(size);
}

/** The elements held in `bytes`, without a copy. */
export function viewBytes(dtype: DType, bytes: ArrayBuffer): TypedArray {
  if (dtype === 'f32') return new Float32Array(bytes);
  return dtype === 'i32' ? new Int32Array(bytes) : new Uint32Array(bytes);
}
