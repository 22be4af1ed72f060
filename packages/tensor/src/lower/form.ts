import { indexArithmetic as m } from '../ir/index-value';
import type { Emitter } from './emitter';
import { ITEM, type Scratch, unbounded, type Width } from './writer';

/** A kernel that is written the same for every backend: items that may be computed in any order, side by side. */
export interface Form {
  /** Its sizes and what else tells it from others of its kind. */
  readonly name: string;
  readonly items: number;
  /** Writes the statements of item {@link ITEM}. */
  write<E>(e: Emitter<E>): void;
}

/** Kernels that run one after the other, and the memory that they share. */
export interface Forms {
  readonly forms: readonly Form[];
  readonly scratch?: readonly Scratch[];
}

/** The name of the index of the first element that the item computes. */
export const firstOf = <E>({ writer }: Emitter<E>, width: Width): string =>
  width === 4 ? writer.name(m.multiply(unbounded(ITEM), 4), 'first') : ITEM;
