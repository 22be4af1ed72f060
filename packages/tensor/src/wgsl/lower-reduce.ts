import type { DType } from '../ir/dtype';
import { type Index, indexArithmetic as m, quadOf, quadVariable, variable } from '../ir/index-value';
import { printSizes, type Shape, sizeOf, stridesOf } from '../ir/shape';
import type { ReduceOp, Tensor } from '../ir/tensor';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';
import { ElementIndex } from './index-form';
import { indexText } from './index-text';
import { isShort, storeAll, storeQuads } from './lower-pointwise';
import { repeatWork, type Work } from './work';

export interface ReduceStage {
  readonly name: string;
  readonly body: string;
  readonly workgroups: number;
  readonly work: Work;
}

export interface ReduceLowering {
  readonly output: Tensor;
  readonly stored: readonly Tensor[];
  /** Four neighbours may be taken together. */
  readonly quads: boolean;
  emitter(): Emitter;
  /** An emitter whose text is thrown away. */
  trial(): Emitter;
  bufferFor(t: Tensor): string;
  quadsFor(t: Tensor): string;
  /** A buffer of partial results, an array of vec4 with width 4; returns its WGSL variable. */
  scratch(elements: number, width: 1 | 4, dtype: DType): string;
}

const START: Record<ReduceOp, Record<DType, string>> = {
  sum: { f32: '0.0', u32: '0u' },
  max: { f32: '-3.4028234e38', u32: '0u' },
  min: { f32: '3.4028234e38', u32: '4294967295u' },
};

const combine = (op: ReduceOp, a: string, b: string): string => (op === 'sum' ? `${a} + ${b}` : `${op}(${a}, ${b})`);

/** 0 for every element `i`, which the compiler cannot see: software adapters unroll loops of known length, for seconds. */
const hiddenZero = (elements: number): string => `i / ${elements}u`;

/** Below this many outputs a long reduction is cut into parts, so that there is enough to do side by side. */
const ENOUGH_LANES = 1024;
const SHORTEST_PART = 32;

/** Results that one invocation folds: one, or four neighbours whose elements lie side by side too. */
class Fold {
  readonly length: number;
  readonly names: readonly string[];
  private readonly linear: (kept: Index, reduced: Index) => Index;

  constructor(
    private readonly reduce: Extract<Tensor['node'], { kind: 'reduce' }>,
    readonly outputs: number,
    readonly width: 1 | 4,
  ) {
    this.length = reduce.x.size / outputs;
    this.names = width === 4 ? [0, 1, 2, 3].map((j) => `acc_${j}`) : ['acc'];
    this.linear = foldIndex(reduce.x.shape, reduce.axes);
  }

  start(e: Emitter): void {
    for (const name of this.names) e.statement(`var ${name} = ${START[this.reduce.op][this.reduce.x.dtype]};`);
  }

  add(e: Emitter, name: string, value: string): void {
    e.statement(`${name} = ${combine(this.reduce.op, name, value)};`);
    e.count({ flops: 1 });
  }

  /** A loop over `count` elements, [from, to), of the fold of the results from `first` on. */
  loop(e: Emitter, first: string, { from, to, count }: { from: string; to: string; count: number }): void {
    const { x } = this.reduce;
    e.block(`for (var r = ${from}; r < ${to}; r++)`, count, () => {
      this.names.forEach((name, j) => {
        this.add(e, name, e.value(x, ElementIndex.linear(x.shape, this.element(first, j))));
      });
    });
  }

  element(first: string, j: number): Index {
    const kept = this.width === 4 ? quadVariable(first, j, this.outputs) : variable(first, this.outputs);
    return this.linear(kept, variable('r', this.length));
  }
}

/** Four neighbours are folded together where that takes fewer loads, and where it makes no large program. */
function foldOf(r: ReduceLowering): Fold {
  const { node, size } = r.output;
  if (node.kind !== 'reduce') throw new Error('not a reduce');
  const four = new Fold(node, size, 4);
  const { x } = node;
  const beside = quadOf(four.element('first', 0))?.offset === 0 && x.dtype === 'f32';
  if (!r.quads || size % 4 !== 0 || !beside || !isShort(r.trial(), x)) return new Fold(node, size, 1);
  return four;
}

/**
 * One invocation folds one output or four, its elements in row-major order. Long folds with few outputs take two stages:
 * parts, then the parts of each output. The order depends on the shapes alone.
 */
export function lowerReduce(r: ReduceLowering): ReduceStage[] {
  const fold = foldOf(r);
  const { outputs, length, width } = fold;
  const { op, x, axes } = r.output.node as Extract<Tensor['node'], { kind: 'reduce' }>;
  const parts = Math.min(Math.ceil(length / SHORTEST_PART), Math.ceil(ENOUGH_LANES / outputs));
  const name = `${op} ${printSizes(x.shape)} over ${axes.join(',')}`;
  const whole = { from: hiddenZero(outputs), to: `${length}u`, count: length };
  if (parts <= 1) return [final(r, fold, name, (e, first) => fold.loop(e, first, whole))];

  const part = Math.ceil(length / parts);
  const scratch = r.scratch(outputs * parts, width, x.dtype);
  const invocations = (outputs * parts) / width;
  const e = r.emitter();
  const at = m.remainder(m.multiply(variable('i', invocations), width), outputs);
  e.statement(`let begin = (i / ${outputs / width}u) * ${part}u;`);
  e.statement(`let end = min(begin + ${part}u, ${length}u);`);
  fold.start(e);
  fold.loop(e, e.bind(indexText(at)), { from: 'begin', to: 'end', count: length / parts });
  e.statement(`${scratch}[i] = ${width === 4 ? `vec4<f32>(${fold.names})` : 'acc'};`);
  e.count({ stores: width });
  const first = {
    name: `${name} in ${parts} parts`,
    body: perElement(invocations, e.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(e.work, invocations),
  };
  const second = final(r, fold, `${name} combine ${parts} parts`, (inner) => {
    inner.block(`for (var p = ${hiddenZero(outputs)}; p < ${parts}u; p++)`, parts, () => {
      const value = inner.bind(`${scratch}[p * ${outputs / width}u + i]`);
      inner.count({ loads: width });
      fold.names.forEach((acc, j) => {
        fold.add(inner, acc, width === 4 ? `${value}[${j}]` : value);
      });
    });
  });
  return [first, second];
}

function final(
  r: ReduceLowering,
  fold: Fold,
  name: string,
  accumulate: (e: Emitter, first: string) => void,
): ReduceStage {
  const { output, stored } = r;
  const e = r.emitter();
  const invocations = output.size / fold.width;
  if (fold.width === 4) e.statement('let first = i * 4u;');
  fold.start(e);
  accumulate(e, fold.width === 4 ? 'first' : 'i');
  const at = (j: number): Index =>
    fold.width === 4 ? quadVariable('first', j, output.size) : variable('i', output.size);
  fold.names.forEach((acc, j) => {
    e.result(output, ElementIndex.linear(output.shape, at(j)), acc);
  });
  if (fold.width === 4) storeQuads(e, stored, 'first', r.quadsFor);
  else storeAll(e, stored, 'i', r.bufferFor);
  return {
    name,
    body: perElement(invocations, e.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(e.work, invocations),
  };
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
