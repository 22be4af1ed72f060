import type { DType, TermType } from '../../ir/dtype';
import { type Condition, type Index, variable } from '../../ir/index-value';
import type { BinaryOp, CompareOp, UnaryOp } from '../../ir/scalar-ops';
import type { Distribution, ReduceOp, Tensor } from '../../ir/tensor';
import type { Accumulator, Range, Scratch, Writer } from '../../lower/writer';
import { type Body, f32x4, i32, i32x4, minU, select, type Value, type Variable, v128 } from '../assembler';
import { STRAY_BYTES } from '../heap';
import { type VectorTarget, vectorTarget } from '../math/horner';
import { normal, threefry, uniform } from '../math/random';
import { type VectorReading, vectorReading } from '../scalar-ops';
import { IndexWriter, strays } from './lane-index';

type Int = Value<'i32'>;
type Vector = Value<'v128'>;

const LANES = [0, 1, 2, 3] as const;

/** What a kernel's function has at hand: addresses in bytes. */
export interface KernelMemory {
  /** Of the first element of a tensor in memory. */
  tensor(t: Tensor, writable: boolean): Int;
  scalar(name: string): Int;
  scratch(scratch: Scratch, writable: boolean): Int;
}

/** Elements before a tensor and behind it that may be read, to be used for nothing. */
const STRAY = STRAY_BYTES / 4;

const wholes = (n: number): Vector => i32x4.const(n, n, n, n);
const floats = (x: number): Vector => f32x4.const(x, x, x, x);

/** What folds nothing. */
const START: Record<ReduceOp, Record<DType, Vector>> = {
  sum: { f32: floats(0), u32: wholes(0) },
  max: { f32: floats(Number.NEGATIVE_INFINITY), u32: wholes(0) },
  min: { f32: floats(Number.POSITIVE_INFINITY), u32: wholes(2 ** 32 - 1) },
};

const FOLD: Record<ReduceOp, BinaryOp> = { sum: 'add', max: 'max', min: 'min' };

/**
 * Writes the statements of one item into a function. An expression is a vector: four neighbours where the form takes them
 * together, in which case the lane 0 of an index stands for all four; else one element, in lane 0.
 */
export class WasmWriter implements Writer<Vector> {
  readonly lanes = [0];
  private readonly indices: IndexWriter;
  private readonly reading: VectorReading;
  private readonly target: VectorTarget;
  /** Vectors known to have the same in all lanes. */
  private readonly uniform = new WeakSet<Vector>();

  /**
   * @param item its number
   * @param count lanes that results are stored of, the first ones; absent, those within a tensor
   */
  constructor(
    private readonly b: Body,
    private readonly memory: KernelMemory,
    private readonly item: Int,
    relaxed: boolean,
    private readonly count?: number,
  ) {
    this.target = vectorTarget(b, relaxed);
    this.reading = vectorReading(this.target);
    this.indices = new IndexWriter(b);
    this.indices.define(item, 'i');
  }

  index(x: Index): Vector {
    return this.same(this.indices.vector(x), this.indices.isUniform(x));
  }

  where(condition: Condition, yes: Vector, no: Vector): Vector {
    if (condition.length === 0) return yes;
    const whole = condition.every(({ x }) => this.indices.isUniform(x));
    if (!whole) return v128.bitselect(this.indices.mask(condition), yes, no);
    return this.made(select(this.indices.scalarCondition(condition)!, yes, no), yes, no);
  }

  name(x: Index, name?: string): string {
    if (!this.indices.isUniform(x)) throw new Error('a name for an index that differs between neighbours');
    return this.indices.define(this.b.let(this.indices.scalar(x)), name);
  }

  nameOf(x: Vector): string {
    if (this.uniform.has(x)) return this.indices.define(this.b.let(i32x4.extract(x, 0)));
    return this.indices.defineLanes(x);
  }

  load(t: Tensor, at: Index): Vector {
    const base = this.memory.tensor(t, false);
    const found = this.indices.read(at);
    const apart = strays(at, t.size, STRAY);
    const bounded = (index: Int): Int => (apart ? minU(this.b.let(index), i32.const(t.size - 1)) : index);
    if (found.kind === 'even' && found.step === 0) {
      return this.same(v128.load32Splat(...addressOf(base, bounded(found.first))), true);
    }
    if (found.kind === 'even' && found.step === 1 && !apart) return v128.load(...addressOf(base, found.first));
    const lanes = found.kind === 'apart' ? found.lanes : this.steps(found.first, found.step);
    const [first, ...others] = lanes.map((index) => addressOf(base, bounded(index)));
    return others.reduce<Vector>(
      (made, [address, offset], l) => v128.load32Lane(address, made, l + 1, offset),
      v128.load32Zero(...first!),
    );
  }

  scalar(name: string): Vector {
    return this.same(v128.load32Splat(this.memory.scalar(name)), true);
  }

  store(t: Tensor, at: Index, value: Vector): void {
    const [address, offset] = addressOf(this.memory.tensor(t, true), this.indices.scalar(at));
    this.b.storeLane(address, value, 0, offset);
  }

  /** Makes a number a variable of indices. */
  given(name: string, value: Int): void {
    this.indices.define(value, name);
  }

  /** Of four that reach beyond the end of `t`, those within it. */
  storeFour(t: Tensor, at: Index, values: readonly Vector[]): void {
    const { b, count } = this;
    const base = this.memory.tensor(t, true);
    const found = this.indices.read(at);
    if (found.kind === 'apart' || found.step !== 1) {
      const lanes = found.kind === 'apart' ? found.lanes : this.steps(found.first, found.step);
      const value = b.let(values[0]!);
      for (const lane of LANES.slice(0, count)) {
        const [address, offset] = addressOf(base, lanes[lane]!);
        b.storeLane(address, value, lane, offset);
      }
      return;
    }
    const first = b.let(found.first);
    const [address, offset] = addressOf(base, first);
    const some = (value: Vector, lanes: number): void => {
      for (const lane of LANES.slice(0, lanes)) b.storeLane(address, value, lane, offset + 4 * lane);
    };
    const rest = t.size % 4;
    if (count === 4 || (count === undefined && rest === 0)) b.store(address, values[0]!, offset);
    else if (count !== undefined) some(b.let(values[0]!), count);
    else {
      const value = b.let(values[0]!);
      b.if(
        i32.leU(i32.add(first, 4), t.size),
        () => b.store(address, value, offset),
        () => some(value, rest),
      );
    }
  }

  keep(scratch: Scratch, values: readonly Vector[]): void {
    const at = placeOf(this.memory.scratch(scratch, true), this.item, scratch);
    if (scratch.width === 4) this.b.store(at, values[0]!);
    else this.b.storeLane(at, values[0]!, 0);
  }

  kept(scratch: Scratch, part: Index, columns: number): readonly Vector[] {
    const item = i32.add(i32.mul(this.indices.scalar(part), columns), this.item);
    const at = placeOf(this.memory.scratch(scratch, false), item, scratch);
    return [scratch.width === 4 ? v128.load(at) : this.same(v128.load32Splat(at), true)];
  }

  bind(x: Vector): Vector {
    return this.made(this.b.let(x), x);
  }

  free(x: Vector): Vector {
    return x;
  }

  half(): Vector {
    throw new Error('this backend keeps no 16-bit floats');
  }

  random(distribution: Distribution, key: readonly [Vector, Vector], counter: Index, stream: number): Vector {
    const [bits] = threefry(this.target, key, [this.index(counter), wholes(stream)]);
    if (distribution === 'bits') return bits;
    const between = uniform(bits);
    return distribution === 'uniform' ? between : normal(this.target, between);
  }

  accumulator(_name: string, op: ReduceOp, dtype: DType): Accumulator<Vector> {
    const sum: Variable<'v128'> = this.b.variable(START[op][dtype]);
    return {
      value: sum,
      fold: (x) => this.b.set(sum, this.reading.binary[FOLD[op]][dtype](sum, x)),
      addProduct: (x, y) => this.b.set(sum, this.target.madd(x, y, sum)),
    };
  }

  across(op: ReduceOp, dtype: DType, x: Vector): Vector {
    const fold = this.reading.binary[FOLD[op]][dtype];
    const all = this.b.let(x);
    const pairs = this.b.let(fold(all, i32x4.shuffle(all, all, [1, 0, 3, 2])));
    return this.same(fold(pairs, i32x4.shuffle(pairs, pairs, [2, 3, 0, 1])), true);
  }

  loop(name: string, { from, to }: Range, body: () => void): void {
    const start = from ? this.indices.scalar(from) : i32.const(0);
    this.b.for(start, this.indices.scalar(to), 1, (at) =>
      this.indices.nested(() => {
        this.indices.define(at, name);
        body();
      }),
    );
  }

  when(condition: Condition, body: () => void): void {
    const holds = this.indices.scalarCondition(condition);
    if (holds === undefined) body();
    else this.b.if(holds, () => this.indices.nested(body));
  }

  part({ columns, size, length }: { columns: number; size: number; length: number }): Range {
    const from = this.b.let(i32.mul(i32.divU(this.item, columns), size));
    const to = this.b.let(minU(i32.add(from, size), i32.const(length)));
    return { from: variable(this.indices.define(from), length), to: variable(this.indices.define(to), length + 1) };
  }

  constant(value: number, type: TermType): Vector {
    if (type === 'f32') return this.same(floats(value), true);
    return this.same(wholes(type === 'bool' && value !== 0 ? 2 ** 32 - 1 : value), true);
  }

  unary(op: UnaryOp, x: Vector): Vector {
    return this.made(this.reading.unary[op](x), x);
  }

  binary(op: BinaryOp, type: DType, x: Vector, y: Vector): Vector {
    return this.made(this.reading.binary[op][type](x, y), x, y);
  }

  compare(op: CompareOp, type: TermType, x: Vector, y: Vector): Vector {
    // Truth values are ones or zeros in all bits.
    return this.made(this.reading.compare[op][type === 'f32' ? 'f32' : 'u32'](x, y), x, y);
  }

  select(condition: Vector, yes: Vector, no: Vector): Vector {
    return this.made(this.reading.select(condition, yes, no), condition, yes, no);
  }

  cast(x: Vector, type: DType): Vector {
    return this.made(this.reading.cast[type](x), x);
  }

  /** What is made of vectors that are the same in all lanes is so too. */
  private made(x: Vector, ...of: readonly Vector[]): Vector {
    return this.same(
      x,
      of.every((one) => this.uniform.has(one)),
    );
  }

  private same(x: Vector, yes: boolean): Vector {
    if (yes) this.uniform.add(x);
    return x;
  }

  private steps(first: Int, step: number): Int[] {
    const from = this.b.let(first);
    return LANES.map((l) => i32.add(from, l * step));
  }
}

const placeOf = (base: Int, item: Int, { width }: Scratch): Int => i32.add(base, i32.shl(item, width === 4 ? 4 : 2));

/** Address and constant offset of element `index`. */
function addressOf(base: Int, index: Int): [address: Int, offset: number] {
  const known = index.constant;
  return known === undefined || known < 0 ? [i32.add(base, i32.shl(index, 2)), 0] : [base, 4 * known];
}
