import { Tensor } from '../ir/tensor';
import { expectRank, expectType, expectWhole } from './check';
import { cast, equal, iota } from './elementwise';
import { broadcastTo, reshape } from './view';

/**
 * Rows of `table` [n, ...rest] at u32 `index` [...batch] → [...batch, ...rest]. An index past the end reads the last
 * row. The gradient is a one-hot contraction: deterministic, no atomics.
 */
export function gather(table: Tensor, index: Tensor): Tensor {
  expectType('gather', 'u32', { index });
  expectRank('gather', 'table', table, 1);
  return new Tensor({ kind: 'gather', table, index }, [...index.shape, ...table.shape.slice(1)], table.dtype);
}

/** u32 [...batch] → f32 [...batch, classes], 1 at the index and 0 elsewhere; an index ≥ classes gives a row of zeros. */
export function oneHot(index: Tensor, classes: number): Tensor {
  expectType('oneHot', 'u32', { index });
  expectWhole('oneHot', 'classes', classes, 1);
  const shape = [...index.shape, classes];
  return cast(equal(broadcastTo(reshape(index, [...index.shape, 1]), shape), iota(shape, index.rank)), 'f32');
}
