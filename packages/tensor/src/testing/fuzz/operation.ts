import type { Tensor } from '../../ir/tensor';
import type { Pool } from './pool';
import type { Applied } from './recipe';

/** How an operation is drawn for a random program, and how it is then made. */
export interface Operation {
  /** Arguments that suit it; undefined where the program has none. */
  draw(pool: Pool): Applied | undefined;
  build(xs: readonly Tensor[], numbers: readonly (readonly number[])[]): Tensor;
  /** Exact arguments give exact results, if those are not too large. */
  readonly exact?: boolean;
  /** How often it is drawn beside others: 1 unless given. */
  readonly weight?: number;
}

export const applied = (xs: readonly number[], ...numbers: readonly (readonly number[])[]): Applied => ({
  xs,
  numbers,
});
