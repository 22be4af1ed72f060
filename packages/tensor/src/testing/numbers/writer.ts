import { type DType, type TermType, toU32 } from '../../ir/dtype';
import type { Atom, Condition, Index } from '../../ir/index-value';
import { type BinaryOp, binaryOps, type CompareOp, compareOps, type UnaryOp, unaryOps } from '../../ir/scalar-ops';
import type { Distribution, ReduceOp, Tensor } from '../../ir/tensor';
import {
  type Accumulator,
  type FourWriter,
  ITEM,
  type Range,
  type Scratch,
  unbounded,
  type Writer,
} from '../../lower/writer';
import { roundToHalf } from '../../oracle/half';
import { inverseNormal } from '../../random/inverse-normal';
import { threefry2x32, uniformFromBits } from '../../random/threefry';

/** A number in each of four lanes; truth values are 0 and 1. */
export interface Expression {
  /** False where it is the same in all lanes. */
  readonly varies: boolean;
  at(lane: number): number;
}

/** Elements that a kernel is given. */
export interface Cells {
  get(at: number): number;
  set(at: number, value: number): void;
}

/** What a kernel asks to be given, as it is written. */
export interface Given {
  readable(t: Tensor): Cells;
  writable(t: Tensor): Cells;
  scalar(name: string): Cells;
  scratch(scratch: Scratch): Cells;
}

type Statement = () => void;

const LANES = [0, 1, 2, 3];

/** What a fold starts with. */
const STARTS: Record<ReduceOp, Record<DType, number>> = {
  sum: { f32: 0, u32: 0 },
  max: { f32: Number.NEGATIVE_INFINITY, u32: 0 },
  min: { f32: Number.POSITIVE_INFINITY, u32: 2 ** 32 - 1 },
};
const FOLDS: Record<ReduceOp, BinaryOp> = { sum: 'add', max: 'max', min: 'min' };

const same = (value: () => number): Expression => ({ varies: false, at: value });

/** `f` of the numbers in each lane. */
const lift = (f: (...xs: number[]) => number, ...xs: readonly Expression[]): Expression => {
  const varies = xs.some((x) => x.varies);
  const [x, y] = xs;
  if (xs.length === 1) return { varies, at: (lane) => f(x!.at(lane)) };
  if (xs.length === 2) return { varies, at: (lane) => f(x!.at(lane), y!.at(lane)) };
  return { varies, at: (lane) => f(...xs.map((one) => one.at(lane))) };
};

/** A value that has a name. */
class Slot implements Expression {
  private readonly lanes = [0, 0, 0, 0];

  constructor(readonly varies: boolean) {}

  at(lane: number): number {
    return this.lanes[this.varies ? lane : 0]!;
  }

  /** Takes the number of every lane at once. */
  set(x: Expression): void {
    if (!this.varies) {
      this.lanes[0] = x.at(0);
      return;
    }
    const [a, b, c, d] = [x.at(0), x.at(1), x.at(2), x.at(3)];
    this.lanes.splice(0, 4, a, b, c, d);
  }
}

/**
 * Writes kernels that are run right here, in double precision: a statement is a function. A name that means nothing where it
 * is used is an error, and so are neighbours that go different ways.
 */
export class NumberWriter implements Writer<Expression> {
  private block: Statement[] = [];
  private names = new Map<string, Expression>();
  private made = 0;
  private readonly item = new Slot(false);
  readonly four?: FourWriter<Expression>;

  /** @param lanes see {@link Writer} */
  constructor(
    private readonly given: Given,
    readonly lanes: readonly number[],
  ) {
    this.names.set(ITEM, this.item);
    if (lanes.length === 1) return;
    this.four = {
      load: (t, quad) => {
        const [from, at] = [given.readable(t), this.index(quad)];
        return { varies: true, at: (lane) => from.get(4 * at.at(0) + lane) };
      },
      lane: (four, lane) => same(() => four.at(lane)),
      splat: (x) => x,
    };
  }

  /** Does what was written, for one item. */
  run(item: number): void {
    this.item.set(same(() => item));
    for (const statement of this.block) statement();
  }

  /** The statements that `body` writes, as one. What they name is no name behind them. */
  private within(body: () => void): Statement {
    const [outer, names] = [this.block, this.names];
    const inner: Statement[] = [];
    this.block = inner;
    this.names = new Map(names);
    body();
    this.block = outer;
    this.names = names;
    return () => {
      for (const statement of inner) statement();
    };
  }

  private named(name: string): Expression {
    const value = this.names.get(name);
    if (!value) throw new Error(`'${name}' is no name here`);
    return value;
  }

  private atom(atom: Atom): Expression {
    switch (atom.kind) {
      case 'variable':
        return this.named(atom.name);
      case 'fourth': {
        const fourth = (first: number): number => {
          if (first % 4 !== 0) throw new Error(`'${atom.name}' is ${first}, expected a multiple of 4`);
          return first / 4;
        };
        return lift(fourth, this.named(atom.name));
      }
      case 'lane':
        return this.lanes.length === 1 ? { varies: true, at: (lane) => lane } : same(() => atom.lane);
      case 'inside':
        return this.index(atom.x);
      case 'digit': {
        const { by, modulo } = atom;
        const whole = (x: number): number => Math.floor(x / by);
        return lift(modulo === undefined ? whole : (x) => whole(x) % modulo, this.index(atom.x));
      }
    }
  }

  index({ constant, terms }: Index): Expression {
    const summands = terms.map(({ factor, atom }) => lift((x) => factor * x, this.atom(atom)));
    return summands.reduce(
      (sum, x) => lift((a, b) => a + b, sum, x),
      same(() => constant),
    );
  }

  private holds(condition: Condition): Expression {
    const tests = condition.map(({ x, from, count }) =>
      lift((at) => Number(at >= from && at < from + count), this.index(x)),
    );
    return tests.reduce(
      (all, test) => lift((a, b) => a * b, all, test),
      same(() => 1),
    );
  }

  where(condition: Condition, yes: Expression, no: Expression): Expression {
    return condition.length === 0 ? yes : this.select(this.holds(condition), yes, no);
  }

  select(condition: Expression, yes: Expression, no: Expression): Expression {
    const varies = [condition, yes, no].some((x) => x.varies);
    return { varies, at: (lane) => (condition.at(lane) ? yes : no).at(lane) };
  }

  private define(name: string, x: Expression): Slot {
    const slot = new Slot(x.varies);
    this.names.set(name, slot);
    this.block.push(() => slot.set(x));
    return slot;
  }

  name(x: Index, name = `n${this.made++}`): string {
    this.define(name, this.index(x));
    return name;
  }

  nameOf(x: Expression): string {
    const name = `n${this.made++}`;
    this.names.set(name, x);
    return name;
  }

  bind(x: Expression): Expression {
    const slot = new Slot(x.varies);
    this.block.push(() => slot.set(x));
    return slot;
  }

  free(x: Expression): Expression {
    return x;
  }

  constant(value: number): Expression {
    return same(() => value);
  }

  unary(op: UnaryOp, x: Expression): Expression {
    return lift(unaryOps[op].number, x);
  }

  binary(op: BinaryOp, type: DType, x: Expression, y: Expression): Expression {
    return lift(binaryOps[op][type === 'u32' ? 'u32' : 'number'], x, y);
  }

  compare(op: CompareOp, _type: TermType, x: Expression, y: Expression): Expression {
    return lift((a, b) => Number(compareOps[op].number(a!, b!)), x, y);
  }

  cast(x: Expression, type: DType): Expression {
    return type === 'u32' ? lift(toU32, x) : x;
  }

  half(x: Expression): Expression {
    return lift(roundToHalf, x);
  }

  random(
    distribution: Distribution,
    [first, second]: readonly [Expression, Expression],
    counter: Index,
    stream: number,
  ): Expression {
    const bits = lift((a, b, at) => threefry2x32([a!, b!], [at!, stream])[0], first, second, this.index(counter));
    if (distribution === 'bits') return bits;
    const uniform = lift(uniformFromBits, bits);
    return distribution === 'uniform' ? uniform : lift(inverseNormal, uniform);
  }

  load(t: Tensor, at: Index): Expression {
    const from = this.given.readable(t);
    return lift((index) => from.get(index), this.index(at));
  }

  scalar(name: string): Expression {
    const from = this.given.scalar(name);
    return same(() => from.get(0));
  }

  store(t: Tensor, at: Index, value: Expression): void {
    const [to, index] = [this.given.writable(t), this.index(at)];
    this.block.push(() => to.set(index.at(0), value.at(0)));
  }

  storeFour(t: Tensor, at: Index, values: readonly Expression[]): void {
    const [to, first] = [this.given.writable(t), this.index(at)];
    this.block.push(() => {
      const four = LANES.map((lane) => (values[lane] ?? values[0]!).at(lane));
      for (const lane of LANES.slice(0, t.size - first.at(0))) to.set(first.at(0) + lane, four[lane]!);
    });
  }

  keep(scratch: Scratch, values: readonly Expression[]): void {
    const [to, { width }] = [this.given.scratch(scratch), scratch];
    this.block.push(() => {
      for (const lane of LANES.slice(0, width)) {
        to.set(width * this.item.at(0) + lane, (values[lane] ?? values[0]!).at(lane));
      }
    });
  }

  kept(scratch: Scratch, part: Index, columns: number): readonly Expression[] {
    const { width } = scratch;
    const [from, index] = [this.given.scratch(scratch), this.index(part)];
    const element = (lane: number): number => from.get(width * (index.at(0) * columns + this.item.at(0)) + lane);
    if (width === 1) return [this.bind(same(() => element(0)))];
    if (this.lanes.length === 1) return [this.bind({ varies: true, at: element })];
    return this.lanes.map((lane) => this.bind(same(() => element(lane))));
  }

  accumulator(_name: string, op: ReduceOp, dtype: DType): Accumulator<Expression> {
    const slot = new Slot(this.lanes.length === 1);
    const change = (x: Expression): void => void this.block.push(() => slot.set(x));
    change(this.constant(STARTS[op][dtype]));
    return {
      value: slot,
      fold: (x) => change(this.binary(FOLDS[op], dtype, slot, x)),
      addProduct: (x, y) => change(lift((sum, a, b) => sum! + a! * b!, slot, x, y)),
    };
  }

  across(op: ReduceOp, dtype: DType, x: Expression): Expression {
    const [a, b, c, d] = LANES.map((lane) => same(() => x.at(lane)));
    const pair = (x: Expression, y: Expression): Expression => this.binary(FOLDS[op], dtype, x, y);
    return pair(pair(a!, b!), pair(c!, d!));
  }

  loop(name: string, { from, to }: Range, body: () => void): void {
    const [first, end] = [from ? this.index(from) : this.constant(0), this.index(to)];
    const at = new Slot(false);
    const inside = this.within(() => {
      this.names.set(name, at);
      body();
    });
    this.block.push(() => {
      for (let i = first.at(0); i < end.at(0); i++) {
        at.set(same(() => i));
        inside();
      }
    });
  }

  when(condition: Condition, body: () => void): void {
    const holds = this.holds(condition);
    const inside = this.within(body);
    this.block.push(() => {
      if (LANES.some((lane) => holds.at(lane) !== holds.at(0))) throw new Error('neighbours that go different ways');
      if (holds.at(0)) inside();
    });
  }

  part({ columns, size, length }: { columns: number; size: number; length: number }): Range {
    const begin = this.define(
      'begin',
      lift((item) => Math.floor(item / columns) * size, this.item),
    );
    this.define(
      'end',
      lift((from) => Math.min(from + size, length), begin),
    );
    return { from: unbounded('begin'), to: unbounded('end') };
  }
}
