import type { DType } from '../ir/dtype';
import { factorOf, type Index, indexArithmetic as m, quadOf, variable } from '../ir/index-value';
import { printSizes, type Shape, sizeOf, stridesOf } from '../ir/shape';
import type { ReduceOp, Tensor } from '../ir/tensor';
import { type Emitter, elementAt } from './emitter';
import { ElementIndex } from './index-form';
import type { Accumulator, Width } from './writer';

/** The results of a reduce that one item folds: one, or four neighbours whose elements lie side by side too. */
export class Fold {
  readonly op: ReduceOp;
  readonly x: Tensor;
  readonly dtype: DType;
  /** Results of all items. */
  readonly outputs: number;
  /** Elements of each. */
  readonly length: number;
  /** Its sizes and axes. */
  readonly name: string;
  /** True where neighbours in memory are elements of one fold. */
  readonly along: boolean;
  private readonly linear: (kept: Index, reduced: Index) => Index;

  constructor(
    readonly output: Tensor,
    readonly width: Width,
  ) {
    if (output.node.kind !== 'reduce') throw new Error('not a reduce');
    const { op, x, axes } = output.node;
    this.op = op;
    this.x = x;
    this.dtype = x.dtype;
    this.outputs = output.size;
    this.length = x.size / output.size;
    this.name = `${op} ${printSizes(x.shape)} over ${axes.join(',')}`;
    this.along = axes.includes(x.shape.reduce((found, n, axis) => (n > 1 ? axis : found), -1));
    this.linear = foldIndex(x.shape, axes);
  }

  /** Where element `at` of the fold of the result `lane` behind `first` lies in the tensor that is folded. */
  element(first: string, lane: number, at: Index): Index {
    return this.linear(elementAt(first, lane, this.outputs, this.width), at);
  }

  value<E>(e: Emitter<E>, first: string, lane: number, at: Index): E {
    return e.value(this.x, ElementIndex.linear(this.x.shape, this.element(first, lane, at)));
  }

  /** What the accumulator of a lane is called. */
  nameOf(lane: number): string {
    return this.width === 4 ? `acc_${lane}` : 'acc';
  }

  /** An accumulator for each lane. */
  start<E>(e: Emitter<E>): Accumulator<E>[] {
    const lanes = e.lanes(this.width);
    return lanes.map((lane) => e.accumulator(this.nameOf(lane), this.op, this.dtype, this.width / lanes.length));
  }

  /** Makes `values`, one for each lane, the results from the index `first` on, and stores what stands on them. */
  store<E>(e: Emitter<E>, stored: readonly Tensor[], first: string, values: readonly E[]): void {
    e.lanes(this.width).forEach((lane, i) => {
      const index = elementAt(first, lane, this.outputs, this.width);
      e.result(this.output, ElementIndex.linear(this.output.shape, index), values[i]!);
    });
    e.storeAll(stored, first, this.width);
  }
}

/** True where the elements of four neighbouring results lie side by side, so that they can be folded together. */
export function foldsFours({ output, length, dtype }: Fold, unaligned = false): boolean {
  const first = new Fold(output, 4).element('first', 0, variable('r', length));
  const beside = unaligned ? factorOf(first, 'lane') === 1 : quadOf(first)?.offset === 0 && dtype === 'f32';
  return output.size % 4 === 0 && beside;
}

/** Row-major index in `shape` from the index among kept axes and the index among reduced axes; neighbours are merged. */
function foldIndex(shape: Shape, axes: readonly number[]): (kept: Index, reduced: Index) => Index {
  const runs: { size: number; reduced: boolean; stride: number }[] = [];
  const strides = stridesOf(shape);
  shape.forEach((n, axis) => {
    const reduced = axes.includes(axis);
    const last = runs[runs.length - 1];
    if (last && last.reduced === reduced) {
      last.size *= n;
      last.stride = strides[axis]!;
    } else runs.push({ size: n, reduced, stride: strides[axis]! });
  });
  return (kept, reduced) =>
    runs.reduce<Index>((sum, run, at) => {
      const inner = sizeOf(runs.slice(at + 1).flatMap((r) => (r.reduced === run.reduced ? [r.size] : [])));
      const flat = run.reduced ? reduced : kept;
      const coord = m.remainder(m.divide(flat, inner), run.size);
      return m.add(sum, m.multiply(coord, run.stride));
    }, m.constant(0));
}
