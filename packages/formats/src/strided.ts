import { adoptElements, byteWidth, elementCount, type NdArray } from './ndarray';

/**
 * The elements of a view in C order.
 * @param source from the first element of the view on, at least to its last
 * @param strides in elements
 */
export function inCOrder(source: NdArray, shape: readonly number[], strides: readonly number[]): NdArray {
  const { dtype } = source;
  const count = elementCount(shape);
  const ordered = adoptElements(dtype, shape, new Uint8Array(count * byteWidth(dtype)));
  const from: ArrayLike<number | bigint> = source.data;
  const to = ordered.data as { [i: number]: number | bigint };
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    to[i] = from[offset]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return ordered;
}

/** Strides of an array without gaps whose last axis is the fastest. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** Reorders elements stored first-axis-fastest into C order. */
export function fortranToC(array: NdArray): NdArray {
  const strides = array.shape.map((_, axis) => elementCount(array.shape.slice(0, axis)));
  return inCOrder(array, array.shape, strides);
}
