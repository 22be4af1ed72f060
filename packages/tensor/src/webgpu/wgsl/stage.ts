import type { Tensor } from '../../ir/tensor';
import type { Memory } from '../../lower/emitter';
import type { Form } from '../../lower/form';
import { costOf } from '../../lower/pointwise';
import { repeatWork } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import type { Stage } from './variant';
import type { WgslEmitter } from './writer';

/** Above this many statements for one element, four of them would make a program that is slow to compile. */
const MOST_STATEMENTS = 24;

/** True where few statements compute one element of `t`. */
export const isShort = (memory: Memory, t: Tensor): boolean => costOf(memory, t).statements <= MOST_STATEMENTS;

/** A generic form with an invocation for each item. */
export function stageOf(form: Form, e: WgslEmitter): Stage {
  form.write(e);
  return {
    name: form.name,
    body: perElement(form.items, e.writer.text),
    workgroups: workgroupsFor(form.items),
    work: repeatWork(e.work, form.items),
  };
}
