import { type Body, f32x4, i32, i32x4, type Variable, v128 } from '../assembler';
import type { VectorTarget } from '../math/horner';
import type { Int, Vector } from './form';
import { storeLanes } from './tile';

/** What forms over rows [rows, width] share: the last axis lies in neighbours, four of which are taken at once. */

/** Floats of a call at least: a microsecond or two. */
export const ENOUGH_FLOATS = 4096;

/** Four neighbours of a row; behind its end lie others, which count for nothing. */
export interface RowVector {
  /** Bytes from the row's begin. */
  readonly at: Int;
  readonly offset: number;
  /** How many of the four are the row's. */
  readonly lanes: number;
  /** Which of the sums that grow side by side this one goes to. */
  readonly slot: number;
}

/** Sums that grow side by side, since each waits some cycles for its last addend. */
const SLOTS = 4;

/** `each` for all vectors of a row, in groups of {@link SLOTS}. */
export function overRow(b: Body, width: number, each: (vector: RowVector) => void): void {
  const vectors = Math.ceil(width / 4);
  const whole = Math.floor(width / 4);
  const looped = whole - (whole % SLOTS);
  if (looped > 0) {
    b.for(0, 16 * looped, 16 * SLOTS, (at) => {
      for (let slot = 0; slot < SLOTS; slot++) each({ at, offset: 16 * slot, lanes: 4, slot });
    });
  }
  for (let v = looped; v < vectors; v++) {
    each({ at: i32.const(0), offset: 16 * v, lanes: Math.min(4, width - 4 * v), slot: v - looped });
  }
}

export const loadOf = (base: Int, { at, offset }: RowVector): Vector => v128.load(i32.add(base, at), offset);

export const storeOf = (b: Body, base: Int, { at, offset, lanes }: RowVector, value: Vector): void => {
  if (lanes === 4) b.store(i32.add(base, at), value, offset);
  else storeLanes(b, i32.add(i32.add(base, at), offset), value, lanes);
};

/** The lanes that are the row's, with `other` bits in those behind its end. */
export function onlyRow(value: Vector, lanes: number, other: Vector = i32x4.const(0, 0, 0, 0)): Vector {
  if (lanes === 4) return value;
  const mask = [0, 1, 2, 3].map((lane) => (lane < lanes ? 0xffffffff : 0)) as [number, number, number, number];
  return v128.bitselect(i32x4.const(...mask), value, other);
}

type Fold = (x: Vector, y: Vector) => Vector;

/** The fold of all lanes of some vectors, in all lanes: vectors by pairs, then lanes by pairs. */
export function foldAll(b: Body, fold: Fold, vectors: readonly Vector[]): Vector {
  let level = vectors;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      2 * i + 1 < level.length ? fold(level[2 * i]!, level[2 * i + 1]!) : level[2 * i]!,
    );
  }
  const all = b.let(level[0]!);
  const pairs = b.let(fold(all, i32x4.shuffle(all, all, [2, 3, 0, 1])));
  return b.let(fold(pairs, i32x4.shuffle(pairs, pairs, [1, 0, 3, 2])));
}

/** Slots for a fold over a row, each begun with `start`. */
export const slotsFor = (b: Body, width: number, start: number): Variable<'v128'>[] =>
  Array.from({ length: Math.min(SLOTS, Math.ceil(width / 4)) }, () => b.variable(f32x4.splat(start)));

/** Σ over a row of what `addend` gives for each vector, in all lanes; lanes behind the row's end count for nothing. */
export function rowSum({ b }: VectorTarget, width: number, addend: (vector: RowVector) => Vector): Vector {
  const sums = slotsFor(b, width, 0);
  overRow(b, width, (vector) => {
    const sum = sums[vector.slot]!;
    b.set(sum, f32x4.add(sum, onlyRow(addend(vector), vector.lanes)));
  });
  return foldAll(b, f32x4.add, sums);
}
