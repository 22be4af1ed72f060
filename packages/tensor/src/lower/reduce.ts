import { constantIndex, type Index, indexArithmetic as m, variable } from '../ir/index-value';
import type { Tensor } from '../ir/tensor';
import type { Emitter } from './emitter';
import type { Fold } from './fold';
import { type Form, type Forms, firstOf } from './form';
import { type Accumulator, ITEM, type Range, type Scratch } from './writer';

/** Below this many outputs a long reduction is cut into parts, so that there is enough to do side by side. */
const ENOUGH_LANES = 1024;
const SHORTEST_PART = 32;

/**
 * Parts that a fold is cut into.
 * @param longest elements of a part of a fold across neighbours
 */
export const partsOf = ({ outputs, length, along }: Fold, longest = Number.POSITIVE_INFINITY): number =>
  Math.max(
    Math.min(Math.ceil(length / SHORTEST_PART), Math.ceil(ENOUGH_LANES / outputs)),
    along ? 1 : Math.ceil(length / longest),
  );

/**
 * An item folds one output or four, its elements in row-major order. Long folds with few outputs take two kernels: parts,
 * then the parts of each output. The order depends on the shapes alone.
 * @param longest see {@link partsOf}
 */
export function reduceForms(fold: Fold, stored: readonly Tensor[], longest?: number): Forms {
  const { outputs, length, width, name, dtype } = fold;
  const parts = partsOf(fold, longest);
  if (parts <= 1) {
    const whole = { to: constantIndex(length) };
    const form = final(fold, stored, name, (e, first, sums) => accumulate(e, fold, first, sums, whole, length));
    return { forms: [form], scratch: [] };
  }
  const columns = outputs / width;
  const items = parts * columns;
  const scratch: Scratch = { items, width, dtype };
  const inParts: Form = {
    name: `${name} in ${parts} parts`,
    items,
    write(e) {
      const range = e.writer.part({ columns, size: Math.ceil(length / parts), length });
      const sums = fold.start(e);
      const first = e.writer.name(m.remainder(m.multiply(variable(ITEM, items), width), outputs));
      accumulate(e, fold, first, sums, range, length / parts);
      e.keep(
        scratch,
        sums.map(({ value }) => value),
      );
    },
  };
  const combined = final(fold, stored, `${name} combine ${parts} parts`, (e, _, sums) => {
    e.loop('p', { to: constantIndex(parts) }, { times: parts, bound: parts }, (part) => {
      const values = e.kept(scratch, part, columns);
      for (const [i, sum] of sums.entries()) sum.fold(values[i]!);
    });
  });
  return { forms: [inParts, combined], scratch: [scratch] };
}

/** Folds the elements in `range`, `times` of them on average, of the results from `first` on. */
function accumulate<E>(
  e: Emitter<E>,
  fold: Fold,
  first: string,
  sums: readonly Accumulator<E>[],
  range: Range,
  times: number,
): void {
  const lanes = e.lanes(fold.width);
  e.loop('r', range, { times, bound: fold.length }, (r: Index) => {
    for (const [i, sum] of sums.entries()) sum.fold(fold.value(e, first, lanes[i]!, r));
  });
}

/** The kernel whose items have results, and what is computed of them. */
const final = (
  fold: Fold,
  stored: readonly Tensor[],
  name: string,
  fill: <E>(e: Emitter<E>, first: string, sums: readonly Accumulator<E>[]) => void,
): Form => ({
  name,
  items: fold.outputs / fold.width,
  write(e) {
    const first = firstOf(e, fold.width);
    const sums = fold.start(e);
    fill(e, first, sums);
    fold.store(
      e,
      stored,
      first,
      sums.map(({ value }) => value),
    );
  },
});
