import { type Index, variable } from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import type { Fold } from '../../lower/fold';
import { firstOf } from '../../lower/form';
import { repeatWork } from '../../lower/work';
import type { Scratch } from '../../lower/writer';
import type { Stage } from './variant';
import {
  type FoldShape,
  foldInvocations,
  foldModule,
  foldShape,
  foldWorkgroups,
  partialResults,
} from './workgroup-fold';
import { combine, START, statementsOf, type WgslEmitter } from './writer';

/** Shorter folds are left to one invocation each, on GPUs too. */
const SHORTEST_SHARED = 32;
/** From this many invocations on, each with results beside its neighbours', a GPU's memory is busy without sharing. */
const ENOUGH_ON_GPUS = 65536;

/** True where a workgroup should share the folds. */
export const isShared = ({ outputs, length, width, along }: Fold): boolean =>
  length >= SHORTEST_SHARED && (along || outputs / width < ENOUGH_ON_GPUS);

export interface SharedReduce {
  emitter(): WgslEmitter;
  /** Takes memory for what is kept. */
  reserve(scratch: Scratch): void;
}

/** A workgroup folds some outputs, or a part of them whose results a second stage folds in the same way. */
export function sharedStages({ emitter, reserve }: SharedReduce, fold: Fold, stored: readonly Tensor[]): Stage[] {
  const { outputs, length, width, along, op, dtype, name } = fold;
  const columns = outputs / width;
  const accumulators = emitter()
    .lanes(width)
    .map((lane) => ({
      name: fold.nameOf(lane),
      type: dtype,
      start: START[op][dtype],
      combine: (a: string, b: string) => combine(op, a, b),
    }));
  const names = accumulators.map((accumulator) => accumulator.name);
  type Load = (e: WgslEmitter, rs: readonly string[]) => (readonly string[])[];
  const stage = (s: FoldShape, how: string, load: Load, finish: (e: WgslEmitter) => void): Stage => {
    const e = emitter();
    // All loads come before the first addition.
    const take = (rs: readonly string[]): void => {
      for (const values of load(e, rs)) {
        values.forEach((value, lane) => {
          e.writer.statement(`${names[lane]} = ${combine(op, names[lane]!, value)};`);
          e.count({ flops: 1 });
        });
      }
    };
    const body = foldModule(statementsOf(e), s, { accumulators, take, finish: () => finish(e) });
    const work = repeatWork(e.work, foldInvocations(s));
    return { name: `${name}${how} by ${s.wide}x${s.tall}`, body, workgroups: foldWorkgroups(s), work };
  };
  const at = (r: string): Index => variable(r, length);
  const elements: Load = (e, rs) => {
    const first = firstOf(e, width);
    return rs.map((r) => e.lanes(width).map((lane) => fold.value(e, first, lane, at(r))));
  };
  const store = (e: WgslEmitter): void => fold.store(e, stored, firstOf(e, width), names);

  const s = foldShape({ columns, length, width, along });
  if (s.parts === 1) return [stage(s, '', elements, store)];
  const scratch: Scratch = { items: partialResults(s), width, dtype };
  reserve(scratch);
  const keep = (e: WgslEmitter): void => {
    e.writer.keepAt(scratch, `part * ${columns}u + i`, names);
    e.count({ stores: width });
  };
  const partial: Load = (e, rs) => rs.map((r) => e.kept(scratch, variable(r, s.parts), columns));
  return [
    stage(s, ` in ${s.parts} parts`, elements, keep),
    stage(foldShape({ columns, length: s.parts, width, along: false }), ` combine ${s.parts} parts`, partial, store),
  ];
}
