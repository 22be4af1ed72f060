import { Bytes } from './bytes';
import { memoryArgument } from './operators';
import { i32, select } from './scalar';
import { asValue, type Like, TYPE_CODES, Value, type ValueType, vectorCode } from './value';

/** A local that changes. */
export class Variable<T extends ValueType> extends Value<T> {
  /** @param index of the local */
  constructor(
    type: T,
    readonly index: number,
    /** Throws where the scope that named it has ended. */
    readonly check: () => void,
  ) {
    super(type, (out) => {
      check();
      out.byte(0x20);
      out.u32(index);
    });
  }
}

/** A function of a module, of arguments `P` and with a result or none. */
export interface Callable<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly index: number;
  readonly params: P;
  readonly result: ValueType | undefined;
}

export type Arguments<P extends readonly ValueType[]> = { readonly [K in keyof P]: Like<P[K]> };

/** What a block or a loop is left or repeated by. */
export interface Label {
  readonly depth: number;
}

const EMPTY_BLOCK = 0x40;

/**
 * The statements of a function. Expressions ({@link Value}) come from `i32`, `f32`, `f32x4` and their like; a statement
 * writes their code. Loops that are unrolled are loops of TypeScript. The inner loop of a matrix product, four rows by eight
 * columns, from packed panels, of which a step takes 4 floats of A and 8 of B:
 *
 *     const sums = range(4).map(() => [b.variable(f32x4.splat(0)), b.variable(f32x4.splat(0))]);
 *     const pa = b.variable(a);
 *     b.for(panel, end, 32, (pb) => {
 *       const row = [b.let(v128.load(pb, 0)), b.let(v128.load(pb, 16))];
 *       for (const [r, pair] of sums.entries()) {
 *         const x = b.let(v128.load32Splat(pa, 4 * r));
 *         for (const [c, sum] of pair.entries()) b.set(sum, f32x4.relaxedMadd(x, row[c]!, sum));
 *       }
 *       b.set(pa, i32.add(pa, 16));
 *     });
 *     for (const [r, pair] of sums.entries()) for (const [c, sum] of pair.entries()) b.store(out, sum, r * stride + 16 * c);
 *
 * What `let` and `variable` name inside a loop or a branch ends with it, and its local is used again.
 */
export class Body {
  readonly #out = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, number[]>();
  #scope: { open: boolean; readonly taken: [ValueType, number][] } = { open: true, taken: [] };
  #depth = 0;

  /** @param params types of the arguments, which are the first locals */
  constructor(private readonly params: readonly ValueType[]) {}

  /** The arguments, as variables. */
  arguments(): Variable<ValueType>[] {
    return this.params.map((type, index) => new Variable(type, index, () => {}));
  }

  /** A variable of the start value's type. */
  variable<T extends ValueType>(start: Value<T>): Variable<T> {
    const { type } = start;
    const index = this.#free.get(type)?.pop() ?? this.params.length + this.#locals.push(type) - 1;
    const scope = this.#scope;
    scope.taken.push([type, index]);
    const made = new Variable(type, index, () => {
      if (!scope.open) throw new Error(`a ${type} is used outside the loop or branch that named it`);
    });
    this.#assign(index, start);
    return made;
  }

  /** Computes a value here and names it: later uses read it. */
  let<T extends ValueType>(value: Value<T>): Value<T> {
    return this.variable(value);
  }

  set<T extends ValueType>(variable: Variable<T>, value: Like<T>): void {
    variable.check();
    this.#assign(variable.index, asValue(variable.type, value as Value<T> | number));
  }

  /** Writes an i32, f32, f64 or v128 to memory, at `address` + `offset` in bytes. */
  store(address: Like<'i32'>, value: Value<'i32' | 'f32' | 'f64' | 'v128'>, offset = 0): void {
    asValue('i32', address).write(this.#out);
    value.write(this.#out);
    const bytes = { i32: 4, f32: 4, f64: 8, v128: 16 }[value.type];
    if (value.type === 'v128') vectorCode(this.#out, 11);
    else this.#out.byte({ i32: 0x36, f32: 0x38, f64: 0x39 }[value.type]);
    memoryArgument(this.#out, bytes, offset);
  }

  /** Writes lane `lane` of four to memory, at `address` + `offset` in bytes. */
  storeLane(address: Like<'i32'>, value: Value<'v128'>, lane: 0 | 1 | 2 | 3, offset = 0): void {
    asValue('i32', address).write(this.#out);
    value.write(this.#out);
    vectorCode(this.#out, 0x5a);
    memoryArgument(this.#out, 4, offset);
    this.#out.byte(lane);
  }

  /** Writes lanes 0 and 1, or `half` 1: lanes 2 and 3, of four to memory, at `address` + `offset` in bytes. */
  storeHalf(address: Like<'i32'>, value: Value<'v128'>, half: 0 | 1, offset = 0): void {
    asValue('i32', address).write(this.#out);
    value.write(this.#out);
    vectorCode(this.#out, 0x5b);
    memoryArgument(this.#out, 8, offset);
    this.#out.byte(half);
  }

  /**
   * `each(i)` for i from `from`, by `step`, as long as i is below `to`; all three unsigned, `to` computed once. `to` plus a
   * step must stay below 2³².
   */
  for(from: Like<'i32'>, to: Like<'i32'>, step: Like<'i32'>, each: (i: Variable<'i32'>, leave: Label) => void): void {
    const [first, end, by] = [from, to, step].map((like) => asValue('i32', like as Value<'i32'> | number)) as [
      Value<'i32'>,
      Value<'i32'>,
      Value<'i32'>,
    ];
    this.#scoped(() => {
      const stop = end.constant === undefined ? this.let(end) : end;
      const i = this.variable(first);
      const run = () =>
        this.block((leave) =>
          this.loop((again) => {
            each(i, leave);
            this.set(i, i32.add(i, by));
            this.branch(again, i32.ltU(i, stop));
          }),
        );
      const known = first.constant !== undefined && stop.constant !== undefined;
      if (!known) this.if(i32.ltU(i, stop), run);
      else if (first.constant! >>> 0 < stop.constant! >>> 0) run();
    });
  }

  if(condition: Value<'i32'>, yes: () => void, no?: () => void): void {
    condition.write(this.#out);
    this.#out.raw([0x04, EMPTY_BLOCK]);
    this.#nested(yes);
    if (no) {
      this.#out.byte(0x05);
      this.#nested(no);
    }
    this.#out.byte(0x0b);
  }

  /** Statements that `branch(label)` leaves. */
  block(inside: (leave: Label) => void): void {
    this.#out.raw([0x02, EMPTY_BLOCK]);
    this.#nested(inside);
    this.#out.byte(0x0b);
  }

  /** Statements that `branch(label)` begins again; they end where it is not reached. */
  loop(inside: (again: Label) => void): void {
    this.#out.raw([0x03, EMPTY_BLOCK]);
    this.#nested(inside);
    this.#out.byte(0x0b);
  }

  /** Leaves a block or begins a loop again, always or where the condition is not 0. */
  branch(label: Label, condition?: Value<'i32'>): void {
    if (label.depth > this.#depth) throw new Error('a branch to a block that has ended');
    condition?.write(this.#out);
    this.#out.byte(condition ? 0x0d : 0x0c);
    this.#out.u32(this.#depth - label.depth);
  }

  /** Calls a function for what it does, or for its result, which is computed here. */
  call<P extends readonly ValueType[]>(
    callee: Callable<P> & { readonly result: undefined },
    ...args: Arguments<P>
  ): void;
  call<P extends readonly ValueType[], R extends ValueType>(
    callee: Callable<P> & { readonly result: R },
    ...args: Arguments<P>
  ): Value<R>;
  call(callee: Callable, ...args: readonly (Value | number)[]): Value | undefined {
    if (args.length !== callee.params.length) {
      throw new TypeError(`a call with ${args.length} arguments, expected ${callee.params.length}`);
    }
    const values = callee.params.map((type, i) => asValue(type, args[i]!));
    const write = (out: Bytes): void => {
      for (const value of values) value.write(out);
      out.byte(0x10);
      out.callee(callee.index);
    };
    if (callee.result !== undefined) return this.let(new Value(callee.result, write));
    write(this.#out);
    return undefined;
  }

  /** Ends the function, which must have no result. */
  return(): void {
    this.#out.byte(0x0f);
  }

  /** Stops the thread with an error: what should never be reached. */
  trap(): void {
    this.#out.byte(0x00);
  }

  /** The code of the function, locals first. Core specification 3.0, §5.5.13. */
  finish(result: Value | undefined): Bytes {
    result?.write(this.#out);
    this.#out.byte(0x0b);
    const code = new Bytes();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count += 1;
      else runs.push({ type, count: 1 });
    }
    code.u32(runs.length);
    for (const { type, count } of runs) {
      code.u32(count);
      code.byte(TYPE_CODES[type]);
    }
    code.append(this.#out);
    return code;
  }

  #assign(index: number, value: Value): void {
    value.write(this.#out);
    this.#out.byte(0x21);
    this.#out.u32(index);
  }

  #nested(inside: (label: Label) => void): void {
    this.#depth += 1;
    const label = { depth: this.#depth };
    this.#scoped(() => inside(label));
    this.#depth -= 1;
  }

  #scoped(inside: () => void): void {
    const outer = this.#scope;
    this.#scope = { open: true, taken: [] };
    inside();
    this.#scope.open = false;
    for (const [type, index] of this.#scope.taken) this.#free.set(type, [...(this.#free.get(type) ?? []), index]);
    this.#scope = outer;
  }
}

/** The smaller of two unsigned numbers. */
export const minU = (x: Value<'i32'>, y: Value<'i32'>): Value<'i32'> => select(i32.ltU(x, y), x, y);
