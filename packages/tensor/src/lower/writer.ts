import type { DType } from '../ir/dtype';
import { type Condition, type Index, variable } from '../ir/index-value';
import type { ScalarReading } from '../ir/read-term';
import type { Distribution, ReduceOp, Tensor } from '../ir/tensor';

/** Elements that an item computes: one, or four neighbours. */
export type Width = 1 | 4;

/** The variable `name`, of which no bound is known: it stands as it is in every sum. */
export const unbounded = (name: string): Index => variable(name, Number.POSITIVE_INFINITY);

/** The number of an item. */
export const ITEM = 'i';

/**
 * What generic forms write kernels with: each backend has one, which makes code of its own. `E` is an expression of that
 * code: an element, or a truth value. A form writes the statements of one item, whose number is the variable {@link ITEM};
 * the backend writes what is around them.
 *
 * An expression may be computed anew wherever it is used, until `bind` has named it. Names of indices (see `name`) are
 * variables of `ir/index-value`; each means the same in all statements that follow in its block.
 */
export interface Writer<E> extends ScalarReading<E> {
  /**
   * How the elements of four neighbours are held: one expression for each, with `[0, 1, 2, 3]`, or one for all of them,
   * with `[0]`, whose index has the lane 0 that stands for every lane then.
   */
  readonly lanes: readonly number[];
  /** Present where lanes are held apart and memory gives four at a time. */
  readonly four?: FourWriter<E>;

  /** The value of an index, a u32. */
  index(x: Index): E;
  /** `yes` where the condition holds; `yes` itself where it always does. What `yes` loads may lie anywhere elsewhere. */
  where(condition: Condition, yes: E, no: E): E;
  /** Computes an index here; variables of that name are its value. @param name one that is not given is made up */
  name(x: Index, name?: string): string;
  /** The name that indices have for a u32 that `bind` gave. */
  nameOf(x: E): string;

  /** An element of a tensor that is in memory, at its linear index; where halves lie there, the f32 that they are. */
  load(t: Tensor, at: Index): E;
  /** A step scalar, an f32. */
  scalar(name: string): E;
  /** Writes one element of `t`. */
  store(t: Tensor, at: Index, value: E): void;
  /**
   * Writes those of four neighbours that lie within `t`, an expression for each of `lanes`; `at` is the index of the first
   * lane.
   */
  storeFour(t: Tensor, at: Index, values: readonly E[]): void;
  /** Writes what an item has for a later kernel, an expression for each lane, in the order of the items. */
  keep(scratch: Scratch, values: readonly E[]): void;
  /** What item `part` · columns + {@link ITEM} has kept. */
  kept(scratch: Scratch, part: Index, columns: number): readonly E[];

  /** Computes `x` here, once. */
  bind(x: E): E;
  /** An element of `type` that has a name already, or stands on no tensor: cheap enough to be computed at each use. */
  free(x: E, type: DType): E;
  /** The 16-bit float next to an f32, ties to even, as f32; beyond the largest it is that. */
  half(x: E): E;
  /** Random number number `counter` of a stream, see `random/threefry.ts`; uniform and normal by `random/inverse-normal.ts`. */
  random(distribution: Distribution, key: readonly [E, E], counter: Index, stream: number): E;

  /** The fold of the four lanes of `x`, as one element. Present where an expression holds all lanes. */
  across?(op: ReduceOp, dtype: DType, x: E): E;
  /** A variable that starts as what folds nothing. */
  accumulator(name: string, op: ReduceOp, dtype: DType): Accumulator<E>;
  /** Statements for each `name` in a range, in order. */
  loop(name: string, range: Range, body: () => void): void;
  /** Statements that run where the condition holds, which is the same for all lanes. */
  when(condition: Condition, body: () => void): void;
  /**
   * The elements of a fold of `length` that {@link ITEM} has where items are numbered part by part, `columns` in each: a
   * part has `size` elements, the last of them what is left.
   */
  part(shape: { readonly columns: number; readonly size: number; readonly length: number }): Range;
}

/** Four neighbouring elements as one expression. */
export interface FourWriter<E> {
  /** Those at `quad`, which counts in fours. */
  load(t: Tensor, quad: Index): E;
  /** @param lane 0 to 3 */
  lane(four: E, lane: number): E;
  /** Four times the same element of `type`. */
  splat(x: E, type: DType): E;
}

export interface Accumulator<E> {
  /** What it has so far. */
  readonly value: E;
  /** Folds one more element. */
  fold(x: E): void;
  /** Adds x · y; for a sum of f32. */
  addProduct(x: E, y: E): void;
}

/** From `from`, which is 0 where absent, to below `to`. */
export interface Range {
  readonly from?: Index;
  readonly to: Index;
}

/** Memory between the kernels of one group: a place for each item of the kernel that writes it. */
export interface Scratch {
  readonly items: number;
  /** Elements of a place. */
  readonly width: Width;
  readonly dtype: DType;
}
