import type { Tensor } from '../ir/tensor';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';
import { variable } from './expression';
import { ElementIndex } from './index-form';

/** Statements that store `outputs`, all of one size, at element `i`. */
export function storeAll(
  emitter: Emitter,
  outputs: readonly Tensor[],
  linear: string,
  bufferFor: (t: Tensor) => string,
): void {
  for (const t of outputs) {
    const value = emitter.value(t, ElementIndex.linear(t.shape, variable(linear, t.size)));
    emitter.statement(`${bufferFor(t)}[${linear}] = ${value};`);
  }
}

/** One invocation computes one element. */
export function lowerPointwise(emitter: Emitter, output: Tensor, bufferFor: (t: Tensor) => string) {
  storeAll(emitter, [output], 'i', bufferFor);
  return { body: perElement(output.size, emitter.text), workgroups: workgroupsFor(output.size) };
}
