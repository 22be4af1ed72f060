import type { NdArray } from './ndarray';

/** Reorders elements stored first-axis-fastest into C order. */
export function fortranToC(array: NdArray): NdArray {
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
