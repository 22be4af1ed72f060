import { variable } from '../ir/index-value';
import { printSizes } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import type { Memory } from './emitter';
import { type Form, firstOf } from './form';
import { ElementIndex } from './index-form';
import { counting } from './silent';
import type { Width } from './writer';

/** An item computes one element, or four neighbours, the last of them fewer where the size is no multiple of 4. */
export const pointwiseForm = (output: Tensor, width: Width): Form => ({
  name: printSizes(output.shape),
  items: Math.ceil(output.size / width),
  write(e) {
    e.storeAll([output], firstOf(e, width), width);
  },
});

/** What computing one element of `t` takes. */
export function costOf(memory: Memory, t: Tensor) {
  const e = counting(memory);
  e.value(t, ElementIndex.linear(t.shape, variable('i', t.size)));
  const { statements, loads, readsScalars, work } = e;
  return { statements, loads, readsScalars, work };
}
