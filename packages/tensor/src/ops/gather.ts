import { printShape } from '../ir/shape';
import { Tensor } from '../ir/tensor';
import { cast, equal, iota } from './elementwise';
import { broadcastTo, reshape } from './view';

/**
 * Rows of `table` [n, ...rest] at u32 `index` [...batch] → [...batch, ...rest]. An index past the end reads the last
 * row. The gradient is a one-hot contraction: deterministic, no atomics.
 */
export function gather(table: Tensor, index: Tensor): Tensor {
  if (index.dtype !== 'u32') throw new TypeError(`gather: index ${index.describe()} is ${index.dtype}, expected u32`);
  if (table.rank < 1) throw new RangeError(`gather: table of shape ${printShape(table.shape)}`);
  return new Tensor({ kind: 'gather', table, index }, [...index.shape, ...table.shape.slice(1)], table.dtype);
}

/** u32 [...batch] → f32 [...batch, classes], 1 at the index and 0 elsewhere; an index ≥ classes gives a row of zeros. */
export function oneHot(index: Tensor, classes: number): Tensor {
  const shape = [...index.shape, classes];
  return cast(equal(broadcastTo(reshape(index, [...index.shape, 1]), shape), iota(shape, index.rank)), 'f32');
}
