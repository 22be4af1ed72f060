import type { DType } from '../ir/dtype';
import {
  type Condition,
  dependsOnLane,
  type Index,
  indexArithmetic as m,
  quadOf,
  quadVariable,
  variable,
} from '../ir/index-value';
import { readTerm } from '../ir/read-term';
import type { Distribution, ReduceOp, Tensor } from '../ir/tensor';
import { subterms, type Term, termChildren } from '../ir/term';
import { type View, viewSource } from '../ir/view';
import { ElementIndex } from './index-form';
import { sumWork, type Work, work } from './work';
import type { Accumulator, FourWriter, Range, Scratch, Width, Writer } from './writer';

/** What is known of the tensors of a group before a kernel is written. */
export interface Memory {
  /** True where the tensor is stored, so that it is loaded and not computed. */
  isStored(t: Tensor): boolean;
  /** True where the tensor's values are those of 16-bit floats, and its elements in memory too. */
  isHalf(t: Tensor): boolean;
  /** Operations of what the backend computes in several steps. */
  operations(of: 'erf' | Distribution): number;
}

type NodeOf<K extends Tensor['node']['kind']> = Extract<Tensor['node'], { readonly kind: K }>;

/**
 * The walk over the graph: writes the statements that compute elements of tensors. Stored tensors are loaded; everything
 * else is computed on the spot from what it stands on. A value asked for twice at the same index is computed once. What
 * one item does is counted along the way.
 */
export class Emitter<E, W extends Writer<E> = Writer<E>> {
  /** What is known in the blocks that are open, the outermost first. */
  private readonly scopes: Map<string, E>[] = [new Map()];
  private counted = work({});
  /** How often the current block runs for one item. */
  private runs = 1;
  private bound = 0;
  private readonly named = new Set<E>();
  /** Tensors that it has loaded elements of. */
  readonly loads = new Set<Tensor>();
  /** True once it has read a step scalar. */
  readsScalars = false;

  constructor(
    private readonly memory: Memory,
    readonly writer: W,
  ) {}

  /** What one item does: the average where a branch or a ragged loop makes items differ. */
  get work(): Work {
    return this.counted;
  }

  /** Values that it has bound. */
  get statements(): number {
    return this.bound;
  }

  /** Counts what the current block does that the emitter did not write itself. */
  count(part: Partial<Work>): void {
    const { flops, loads, stores } = work(part);
    const times = this.runs;
    this.counted = sumWork(this.counted, { flops: flops * times, loads: loads * times, stores: stores * times });
  }

  /**
   * A nested block that runs `times` times: a fraction where only some items enter it. What is computed inside is not
   * visible outside. `enclose` writes the block around the statements of `body`.
   */
  nested(times: number, body: () => void, enclose: (inside: () => void) => void): void {
    const outer = this.runs;
    this.runs *= times;
    this.scopes.push(new Map());
    enclose(body);
    this.scopes.pop();
    this.runs = outer;
  }

  /** A loop that runs `times` times, on average; `body` gets the index, which stays below `bound`. */
  loop(
    name: string,
    range: Range,
    { times, bound }: { times: number; bound: number },
    body: (at: Index) => void,
  ): void {
    this.nested(
      times,
      () => body(variable(name, bound)),
      (inside) => this.writer.loop(name, range, inside),
    );
  }

  /** Statements that a share of the items run: those that the condition holds for, which is the same for all lanes. */
  when(condition: Condition, share: number, body: () => void): void {
    this.nested(share, body, (inside) => this.writer.when(condition, inside));
  }

  /** Lanes that there is an expression for, where an item takes `width` neighbours. */
  lanes(width: Width): readonly number[] {
    return width === 4 ? this.writer.lanes : [0];
  }

  /** Computes a value here, once. */
  bind(x: E): E {
    this.bound++;
    const name = this.writer.bind(x);
    this.named.add(name);
    return name;
  }

  /** A variable that folds elements, `lanes` of them at once. */
  accumulator(name: string, op: ReduceOp, dtype: DType, lanes = 1): Accumulator<E> {
    const made = this.writer.accumulator(name, op, dtype);
    return {
      value: made.value,
      fold: (x) => {
        this.count({ flops: lanes });
        made.fold(x);
      },
      addProduct: (x, y) => {
        this.count({ flops: 2 * lanes });
        made.addProduct(x, y);
      },
    };
  }

  /** One more element of a fold. */
  fold(op: ReduceOp, dtype: DType, x: E, y: E): E {
    this.count({ flops: 1 });
    return this.bind(this.writer.binary(op === 'sum' ? 'add' : op, dtype, x, y));
  }

  /** Four lanes of a fold as one element; `values` has an expression for each of the writer's lanes. */
  across(op: ReduceOp, dtype: DType, values: readonly E[]): E {
    const [a, b, c, d] = values;
    if (values.length > 1) return this.fold(op, dtype, this.fold(op, dtype, a!, b!), this.fold(op, dtype, c!, d!));
    this.count({ flops: 3 });
    return this.bind(this.writer.across!(op, dtype, a!));
  }

  /** Stores the elements of `outputs`, all of one size, from the index on that `first` is: one, or four, a multiple of 4. */
  storeAll(outputs: readonly Tensor[], first: string, width: Width): void {
    for (const t of outputs) {
      const values = this.lanes(width).map((lane) =>
        this.value(t, ElementIndex.linear(t.shape, elementAt(first, lane, t.size, width))),
      );
      this.store(t, elementAt(first, 0, Number.POSITIVE_INFINITY, width), values, width);
    }
  }

  /** Stores `values`, an expression for each lane, from index `at` on. */
  store(t: Tensor, at: Index, values: readonly E[], width: Width): void {
    if (width === 4) this.writer.storeFour(t, at, values);
    else this.writer.store(t, at, values[0]!);
    this.count({ stores: width });
  }

  /** Keeps what an item has for a later kernel. */
  keep(scratch: Scratch, values: readonly E[]): void {
    this.writer.keep(scratch, values);
    this.count({ stores: scratch.width });
  }

  kept(scratch: Scratch, part: Index, columns: number): readonly E[] {
    this.count({ loads: scratch.width });
    return this.writer.kept(scratch, part, columns);
  }

  /** Makes `x`, as computed, the known value of `t` at `index` in the current block. */
  result(t: Tensor, index: ElementIndex, x: E): void {
    this.define(memoKey(t, index), this.rounded(t, x));
  }

  /** All readers of a tensor see the same values, whether they load them or have them at hand. */
  private rounded(t: Tensor, x: E): E {
    return this.memory.isHalf(t) ? this.bind(this.writer.half(x)) : x;
  }

  private define(key: string, x: E): void {
    this.scopes[this.scopes.length - 1]!.set(key, x);
  }

  private known(key: string): E | undefined {
    for (const scope of this.scopes) {
      const found = scope.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The element of `t` at `index`; writes statements first where it has to. */
  value(t: Tensor, index: ElementIndex): E {
    const key = memoKey(t, index);
    const known = this.known(key);
    if (known !== undefined) return known;
    const computed = this.memory.isStored(t) ? this.loaded(t, index) : this.rounded(t, this.compute(t, index));
    this.define(key, computed);
    return computed;
  }

  /** Neighbours that a kernel takes together are loaded together. */
  private loaded(t: Tensor, index: ElementIndex): E {
    const { four } = this.writer;
    const quad = four && t.size % 4 === 0 ? quadOf(index.linear) : undefined;
    if (!four || !quad) return this.bind(this.load(t, index));
    const key = `${t.id}@quad ${quad.quad.key}`;
    const known = this.known(key);
    const all = known ?? this.bind(this.loadFour(four, t, quad.quad));
    if (known === undefined) this.define(key, all);
    return four.lane(all, quad.offset);
  }

  /** Elements that the expression at `index` is. */
  private elements({ linear }: ElementIndex): number {
    return this.writer.lanes.length === 1 && dependsOnLane(linear) ? 4 : 1;
  }

  private loadFour(four: FourWriter<E>, t: Tensor, at: Index): E {
    this.count({ loads: 4 });
    this.loads.add(t);
    return four.load(t, at);
  }

  private load(t: Tensor, index: ElementIndex): E {
    this.count({ loads: this.elements(index) });
    this.loads.add(t);
    return this.writer.load(t, index.linear);
  }

  /**
   * The four elements from `index` on, a multiple of 4 that says so, reached through views alone, as one expression;
   * undefined where they do not lie side by side, or the writer takes no four at a time.
   */
  fourThroughViews(t: Tensor, index: ElementIndex): E | undefined {
    const { four } = this.writer;
    if (!four) return undefined;
    if (isUniform(t)) return four.splat(this.map(t, t.node, index), t.dtype);
    if (this.memory.isStored(t) || t.node.kind !== 'view') {
      const quad = quadOf(index.linear);
      return quad?.offset === 0 && t.size % 4 === 0 ? this.loadFour(four, t, quad.quad) : undefined;
    }
    const { view, x } = t.node;
    if (view.kind === 'reshape') return this.fourThroughViews(x, index.reshaped(x.shape));
    const source = viewSource(view, x.shape, index.coords, m);
    // A pad that does not touch the quad's axis asks the same of all four.
    if (source.valid?.some((test) => dependsOnLane(test.x))) return undefined;
    const inner = this.fourThroughViews(x, ElementIndex.at(x.shape, source.coords));
    if (inner === undefined || !source.valid) return inner;
    return this.writer.where(source.valid, inner, four.splat(this.outside(t, view), t.dtype));
  }

  /** An element reached through views alone, with no statement. */
  loadThroughViews(t: Tensor, index: ElementIndex): E {
    if (isUniform(t)) return this.map(t, t.node, index);
    if (this.memory.isStored(t) || t.node.kind !== 'view') return this.load(t, index);
    const { view, x } = t.node;
    if (view.kind === 'reshape') return this.loadThroughViews(x, index.reshaped(x.shape));
    const source = viewSource(view, x.shape, index.coords, m);
    const inner = this.loadThroughViews(x, ElementIndex.at(x.shape, source.coords));
    return source.valid ? this.writer.where(source.valid, inner, this.outside(t, view)) : inner;
  }

  private compute(t: Tensor, index: ElementIndex): E {
    const { node } = t;
    switch (node.kind) {
      case 'map':
        return this.map(t, node, index);
      case 'view': {
        const { view, x } = node;
        if (view.kind === 'reshape') return this.value(x, index.reshaped(x.shape));
        const source = viewSource(view, x.shape, index.coords, m);
        const inner = this.value(x, ElementIndex.at(x.shape, source.coords));
        if (!source.valid) return inner;
        const selected = this.writer.where(source.valid, inner, this.outside(t, view));
        return selected === inner ? inner : this.bind(selected);
      }
      case 'gather': {
        const { table, index: rows } = node;
        const at = ElementIndex.at(rows.shape, index.coords.slice(0, rows.rank));
        const count = table.shape[0]!;
        const last = this.writer.constant(count - 1, 'u32');
        const row = this.bind(this.writer.binary('min', 'u32', this.value(rows, at), last));
        const coords = [variable(this.writer.nameOf(row), count), ...index.coords.slice(rows.rank)];
        return this.value(table, ElementIndex.at(table.shape, coords));
      }
      case 'random':
        return this.random(t, node, index);
      default:
        throw new Error(`${t.describe()} has to be stored before a kernel can read it`);
    }
  }

  private map(t: Tensor, { term, xs }: NodeOf<'map'>, index: ElementIndex): E {
    this.count({ flops: this.termOperations(term) * this.elements(index) });
    const read = readTerm(term, this.writer, {
      arg: (i) => this.value(xs[i]!, index),
      scalar: (name) => {
        this.count({ loads: 1 });
        this.readsScalars = true;
        return this.writer.scalar(name);
      },
      coord: (axis) => this.writer.index(index.coords[axis]!),
      bind: (x) => this.bind(x),
    });
    return xs.length === 0 || this.named.has(read) ? this.writer.free(read, t.dtype) : this.bind(read);
  }

  /** Operations that evaluating a term takes, each distinct sub-term once. */
  private termOperations(root: Term): number {
    return subterms(root).reduce((n, t) => {
      if (t.kind === 'unary' && t.op === 'erf') return n + this.memory.operations('erf');
      return termChildren(t).length === 0 ? n : n + 1;
    }, 0);
  }

  private random(t: Tensor, { keys, distribution, stream }: NodeOf<'random'>, index: ElementIndex): E {
    const width = t.size / t.shape[0]!;
    const row = m.divide(index.linear, width);
    const word = (n: number): E =>
      this.value(keys, ElementIndex.linear(keys.shape, m.add(m.multiply(row, 2), m.constant(n))));
    const key = [word(0), word(1)] as const;
    this.count({ flops: this.memory.operations(distribution) * this.elements(index) });
    return this.bind(this.writer.random(distribution, key, m.remainder(index.linear, width), stream));
  }

  /** What a pad, whose result is `t`, has around its source. */
  private outside({ dtype }: Tensor, view: View): E {
    return this.writer.constant(view.kind === 'pad' ? view.value : 0, dtype);
  }
}

/** The element that is `lane` behind `first`, of `size`. */
export const elementAt = (first: string, lane: number, size: number, width: Width): Index =>
  width === 4 ? quadVariable(first, lane, size) : variable(first, size);

const memoKey = (t: Tensor, index: ElementIndex): string => `${t.id}@${index.linear.key}`;

/** A map of no tensor: of constants, step scalars and coordinates. */
const isUniform = (t: Tensor): t is Tensor & { readonly node: NodeOf<'map'> } =>
  t.node.kind === 'map' && t.node.xs.length === 0;
