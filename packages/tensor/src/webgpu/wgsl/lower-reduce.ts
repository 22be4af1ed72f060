import type { DType } from '../../ir/dtype';
import { type Index, indexArithmetic as m, quadOf, quadVariable, variable } from '../../ir/index-value';
import { printSizes, type Shape, sizeOf, stridesOf } from '../../ir/shape';
import type { ReduceOp, Tensor } from '../../ir/tensor';
import { ElementIndex } from '../../lower/index-form';
import { repeatWork, type Work } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';
import { indexText } from './index-text';
import { isShort, storeAll, storeQuads } from './lower-pointwise';
import {
  type Accumulator,
  type FoldShape,
  foldInvocations,
  foldModule,
  foldShape,
  foldWorkgroups,
  partialResults,
} from './workgroup-fold';

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
  /** Workgroups share long folds, as on GPUs they should. */
  readonly shared: boolean;
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
/** Shorter folds are left to one invocation each, on GPUs too. */
const SHORTEST_SHARED = 32;
/** From this many invocations on, each with results beside its neighbours', a GPU's memory is busy without sharing. */
const ENOUGH_ON_GPUS = 65536;

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
    e.block(`for (var r = ${from}; r < ${to}; r++)`, count, () => {
      this.names.forEach((name, j) => {
        this.add(e, name, this.value(e, first, j, 'r'));
      });
    });
  }

  /** Element `r` of the fold of the result j behind `first`. */
  value(e: Emitter, first: string, j: number, r: string): string {
    const { x } = this.reduce;
    return e.value(x, ElementIndex.linear(x.shape, this.element(first, j, r)));
  }

  element(first: string, j: number, r: string): Index {
    const kept = this.width === 4 ? quadVariable(first, j, this.outputs) : variable(first, this.outputs);
    return this.linear(kept, variable(r, this.length));
  }

  /** The name of the first result of invocation `i`, a variable. */
  first(e: Emitter): string {
    if (this.width === 4) e.statement('let first = i * 4u;');
    return this.width === 4 ? 'first' : 'i';
  }

  addAll(e: Emitter, values: readonly string[]): void {
    this.names.forEach((name, j) => {
      this.add(e, name, values[j]!);
    });
  }

  /** What a part has of the results of an invocation, by the WGSL that loads it. */
  partial(e: Emitter, loaded: string): string[] {
    const value = e.bind(loaded);
    e.count({ loads: this.width });
    return this.names.map((_, j) => (this.width === 4 ? `${value}[${j}]` : value));
  }

  /** As one value: results of a part. */
  get packed(): string {
    return this.width === 4 ? `vec4<f32>(${this.names})` : 'acc';
  }

  get accumulators(): Accumulator[] {
    const { op, x } = this.reduce;
    return this.names.map((name) => ({
      name,
      type: x.dtype,
      start: START[op][x.dtype],
      combine: (a, b) => combine(op, a, b),
    }));
  }
}

/** Four neighbours are folded together where that takes fewer loads, and where it makes no large program. */
function foldOf(r: ReduceLowering): Fold {
  const { node, size } = r.output;
  if (node.kind !== 'reduce') throw new Error('not a reduce');
  const four = new Fold(node, size, 4);
  const { x } = node;
  const beside = quadOf(four.element('first', 0, 'r'))?.offset === 0 && x.dtype === 'f32';
  if (!r.quads || size % 4 !== 0 || !beside || !isShort(r.trial(), x)) return new Fold(node, size, 1);
  return four;
}

/**
 * One invocation folds one output or four, its elements in row-major order. Long folds with few outputs take two stages:
 * parts, then the parts of each output; on GPUs workgroups share them. The order depends on the shapes alone.
 */
export function lowerReduce(r: ReduceLowering): ReduceStage[] {
  const fold = foldOf(r);
  const { outputs, length, width } = fold;
  const { op, x, axes } = r.output.node as Extract<Tensor['node'], { kind: 'reduce' }>;
  const parts = Math.min(Math.ceil(length / SHORTEST_PART), Math.ceil(ENOUGH_LANES / outputs));
  const name = `${op} ${printSizes(x.shape)} over ${axes.join(',')}`;
  if (r.shared && isShared(x.shape, axes, fold)) return sharedStages(r, fold, name);
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
  e.statement(`${scratch}[i] = ${fold.packed};`);
  e.count({ stores: width });
  const first = {
    name: `${name} in ${parts} parts`,
    body: perElement(invocations, e.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(e.work, invocations),
  };
  const second = final(r, fold, `${name} combine ${parts} parts`, (inner) => {
    inner.block(`for (var p = ${hiddenZero(outputs)}; p < ${parts}u; p++)`, parts, () => {
      fold.addAll(inner, fold.partial(inner, `${scratch}[p * ${outputs / width}u + i]`));
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
  const e = r.emitter();
  const invocations = r.output.size / fold.width;
  const first = fold.first(e);
  fold.start(e);
  accumulate(e, first);
  storeResults(r, e, fold, first);
  return {
    name,
    body: perElement(invocations, e.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(e.work, invocations),
  };
}

function storeResults(
  { output, stored, quadsFor, bufferFor }: ReduceLowering,
  e: Emitter,
  fold: Fold,
  first: string,
): void {
  const at = (j: number): Index =>
    fold.width === 4 ? quadVariable(first, j, output.size) : variable(first, output.size);
  fold.names.forEach((acc, j) => {
    e.result(output, ElementIndex.linear(output.shape, at(j)), acc);
  });
  if (fold.width === 4) storeQuads(e, stored, first, quadsFor);
  else storeAll(e, stored, first, bufferFor);
}

/** True where neighbours in memory are elements of one fold. */
function isAlong(shape: Shape, axes: readonly number[]): boolean {
  const last = shape.reduce((found, n, axis) => (n > 1 ? axis : found), -1);
  return axes.includes(last);
}

const isShared = (shape: Shape, axes: readonly number[], { outputs, length, width }: Fold): boolean =>
  length >= SHORTEST_SHARED && (isAlong(shape, axes) || outputs / width < ENOUGH_ON_GPUS);

/** A workgroup folds some outputs, or a part of them whose results a second stage folds in the same way. */
function sharedStages(r: ReduceLowering, fold: Fold, name: string): ReduceStage[] {
  const { outputs, length, width, accumulators } = fold;
  const { x, axes } = r.output.node as Extract<Tensor['node'], { kind: 'reduce' }>;
  const columns = outputs / width;
  type Load = (e: Emitter, rs: readonly string[]) => string[][];
  const stage = (s: FoldShape, how: string, load: Load, finish: (e: Emitter) => void): ReduceStage => {
    const e = r.emitter();
    // All loads come before the first addition.
    const take = (rs: readonly string[]): void => {
      for (const values of load(e, rs)) fold.addAll(e, values);
    };
    const body = foldModule(e, s, { accumulators, take, finish: () => finish(e) });
    const work = repeatWork(e.work, foldInvocations(s));
    return { name: `${name}${how} by ${s.wide}x${s.tall}`, body, workgroups: foldWorkgroups(s), work };
  };
  const elements: Load = (e, rs) => {
    const first = fold.first(e);
    return rs.map((at) => fold.names.map((_, j) => fold.value(e, first, j, at)));
  };
  const store = (e: Emitter): void => storeResults(r, e, fold, fold.first(e));

  const s = foldShape({ columns, length, width, along: isAlong(x.shape, axes) });
  if (s.parts === 1) return [stage(s, '', elements, store)];
  const scratch = r.scratch(partialResults(s) * width, width, x.dtype);
  const keep = (e: Emitter): void => {
    e.statement(`${scratch}[part * ${columns}u + i] = ${fold.packed};`);
    e.count({ stores: width });
  };
  const partial: Load = (e, rs) => rs.map((at) => fold.partial(e, `${scratch}[${at} * ${columns}u + i]`));
  return [
    stage(s, ` in ${s.parts} parts`, elements, keep),
    stage(foldShape({ columns, length: s.parts, width, along: false }), ` combine ${s.parts} parts`, partial, store),
  ];
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
