import type { DType } from '../ir/dtype';
import { type Shape, sizeOf, stridesOf } from '../ir/shape';
import type { ReduceOp, Tensor } from '../ir/tensor';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';
import { type Expression, expressionArithmetic as m, variable } from './expression';
import { ElementIndex } from './index-form';
import { storeAll } from './lower-pointwise';

export interface ReduceStage {
  readonly body: string;
  readonly workgroups: number;
}

export interface ReduceLowering {
  readonly output: Tensor;
  readonly stored: readonly Tensor[];
  emitter(): Emitter;
  bufferFor(t: Tensor): string;
  /** A buffer of partial results; returns its WGSL variable. */
  scratch(elements: number): string;
}

const START: Record<ReduceOp, Record<DType, string>> = {
  sum: { f32: '0.0', u32: '0u', i32: '0i' },
  max: { f32: '-3.4028234e38', u32: '0u', i32: '-2147483647i' },
  min: { f32: '3.4028234e38', u32: '4294967295u', i32: '2147483647i' },
};

const combine = (op: ReduceOp, a: string, b: string): string => (op === 'sum' ? `${a} + ${b}` : `${op}(${a}, ${b})`);

/** 0 for every element `i`, which the compiler cannot see: software adapters unroll loops of known length, for seconds. */
const hiddenZero = (elements: number): string => `i / ${elements}u`;

/** Below this many outputs a long reduction is cut into parts, so that there is enough to do side by side. */
const ENOUGH_LANES = 1024;
const SHORTEST_PART = 32;

/**
 * One invocation folds one output, its elements in row-major order. Long folds with few outputs take two stages: parts,
 * then the parts of each output. The order depends on the shapes alone.
 */
export function lowerReduce(r: ReduceLowering): ReduceStage[] {
  const { output } = r;
  if (output.node.kind !== 'reduce') throw new Error('not a reduce');
  const { op, x, axes } = output.node;
  const outputs = output.size;
  const length = x.size / outputs;
  const parts = Math.min(Math.ceil(length / SHORTEST_PART), Math.ceil(ENOUGH_LANES / outputs));
  if (parts <= 1)
    return [final(r, (e, acc) => fold(e, acc, op, x, axes, variable('i', outputs), hiddenZero(outputs), `${length}u`))];

  const part = Math.ceil(length / parts);
  const scratch = r.scratch(outputs * parts);
  const e = r.emitter();
  const at = m.remainder(variable('i', outputs * parts), outputs);
  e.statement(`let first = (i / ${outputs}u) * ${part}u;`);
  e.statement(`let last = min(first + ${part}u, ${length}u);`);
  e.statement(`var acc = ${START[op][x.dtype]};`);
  fold(e, 'acc', op, x, axes, { ...at, text: e.bind(at.text) }, 'first', 'last');
  e.statement(`${scratch}[i] = acc;`);
  const first = { body: perElement(outputs * parts, e.text), workgroups: workgroupsFor(outputs * parts) };
  const second = final(r, (inner, acc) => {
    inner.block(`for (var p = ${hiddenZero(outputs)}; p < ${parts}u; p++)`, () => {
      inner.statement(`${acc} = ${combine(op, acc, `${scratch}[p * ${outputs}u + i]`)};`);
    });
  });
  return [first, second];
}

function final(r: ReduceLowering, accumulate: (e: Emitter, acc: string) => void): ReduceStage {
  const { output, stored } = r;
  const e = r.emitter();
  const { op } = output.node as { op: ReduceOp };
  e.statement(`var acc = ${START[op][output.dtype]};`);
  accumulate(e, 'acc');
  e.define(output, ElementIndex.linear(output.shape, variable('i', output.size)), 'acc');
  storeAll(e, stored, 'i', r.bufferFor);
  return { body: perElement(output.size, e.text), workgroups: workgroupsFor(output.size) };
}

/** A loop over elements [from, to) of one output's fold. */
function fold(
  e: Emitter,
  acc: string,
  op: ReduceOp,
  x: Tensor,
  axes: readonly number[],
  output: Expression,
  from: string,
  to: string,
): void {
  const linear = foldIndex(x.shape, axes);
  e.block(`for (var r = ${from}; r < ${to}; r++)`, () => {
    const length = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
    const index = ElementIndex.linear(x.shape, linear(output, variable('r', length)));
    e.statement(`${acc} = ${combine(op, acc, e.value(x, index))};`);
  });
}

/** Row-major index in `shape` from the index among kept axes and the index among reduced axes; neighbours are merged. */
function foldIndex(shape: Shape, axes: readonly number[]): (kept: Expression, reduced: Expression) => Expression {
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
    runs.reduce<Expression>((sum, run, at) => {
      const inner = sizeOf(runs.slice(at + 1).flatMap((r) => (r.reduced === run.reduced ? [r.size] : [])));
      const flat = run.reduced ? reduced : kept;
      const coord = m.remainder(m.divide(flat, inner), run.size);
      return m.add(sum, m.multiply(coord, run.stride));
    }, m.constant(0));
}
