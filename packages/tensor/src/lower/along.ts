import { constantIndex, factorOf, indexArithmetic as m, quadVariable, variable } from '../ir/index-value';
import type { Tensor } from '../ir/tensor';
import type { Emitter } from './emitter';
import type { Fold } from './fold';
import type { Form, Forms } from './form';
import { partsOf } from './reduce';
import { ITEM, type Range, type Scratch } from './writer';

/** True where four neighbouring elements of a fold lie side by side, so that they can be taken at a time. */
export const foldsAlong = (fold: Fold): boolean =>
  fold.width === 1 &&
  fold.length >= 4 &&
  factorOf(fold.element(ITEM, 0, quadVariable('r', 0, fold.length)), 'lane') === 1;

/**
 * An item folds one output, each fourth element together and then these. Long folds with few outputs take two kernels, as
 * those of `reduceForms`. The order depends on the shapes alone.
 */
export function alongForms(fold: Fold, stored: readonly Tensor[]): Forms {
  const { outputs, length, name, dtype, op } = fold;
  const fours = Math.floor(length / 4);
  const parts = Math.min(partsOf(fold), fours);
  /** The results of all items, from what each has of whole fours. */
  const final = (last: string, inFours: <E>(e: Emitter<E>) => E): Form => ({
    name: last,
    items: outputs,
    write(e) {
      let sum = inFours(e);
      for (let r = 4 * fours; r < length; r++) sum = e.fold(op, dtype, sum, fold.value(e, ITEM, 0, constantIndex(r)));
      fold.store(e, stored, ITEM, [sum]);
    },
  });
  if (parts <= 1) {
    const form = final(name, (e) => foldFours(e, fold, ITEM, { to: constantIndex(fours) }, fours));
    return { forms: [form] };
  }
  const items = outputs * parts;
  const scratch: Scratch = { items, width: 1, dtype };
  const inParts: Form = {
    name: `${name} in ${parts} parts`,
    items,
    write(e) {
      const range = e.writer.part({ columns: outputs, size: Math.ceil(fours / parts), length: fours });
      const first = e.writer.name(m.remainder(variable(ITEM, items), outputs));
      e.keep(scratch, [foldFours(e, fold, first, range, fours / parts)]);
    },
  };
  const combined = final(`${name} combine ${parts} parts`, (e) => {
    const [sum] = fold.start(e);
    e.loop('p', { to: constantIndex(parts) }, { times: parts, bound: parts }, (part) => {
      sum!.fold(e.kept(scratch, part, outputs)[0]!);
    });
    return sum!.value;
  });
  return { forms: [inParts, combined], scratch: [scratch] };
}

/** What the elements in `range`, counted in fours and `times` of them on average, of the result `first` fold to. */
function foldFours<E>(e: Emitter<E>, fold: Fold, first: string, range: Range, times: number): E {
  const { op, dtype, length } = fold;
  const lanes = e.lanes(4);
  const sums = lanes.map((lane) => e.accumulator(`acc_${lane}`, op, dtype, 4 / lanes.length));
  e.loop('q', range, { times, bound: Math.floor(length / 4) }, (q) => {
    const r = e.writer.name(m.multiply(q, 4));
    for (const [i, lane] of lanes.entries()) sums[i]!.fold(fold.value(e, first, 0, quadVariable(r, lane, length)));
  });
  return e.across(
    op,
    dtype,
    sums.map(({ value }) => value),
  );
}
