import { quadVariable, variable } from '../../ir/index-value';
import { printSizes } from '../../ir/shape';
import type { Tensor } from '../../ir/tensor';
import { ElementIndex } from '../../lower/index-form';
import { repeatWork } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';

/** Statements that store `outputs`, all of one size, at element `i`. */
export function storeAll(
  emitter: Emitter,
  outputs: readonly Tensor[],
  linear: string,
  bufferFor: (t: Tensor) => string,
): void {
  for (const t of outputs) {
    const value = emitter.value(t, ElementIndex.linear(t.shape, variable(linear, t.size)));
    emitter.statement(`${bufferFor(t)}[${linear}] = ${emitter.stored(t, value)};`);
    emitter.count({ stores: 1 });
  }
}

/** Statements that store four elements of each of `outputs`, from the variable `first`, a multiple of 4, on. */
export function storeQuads(
  emitter: Emitter,
  outputs: readonly Tensor[],
  first: string,
  quadsFor: (t: Tensor) => string,
): void {
  for (const t of outputs) {
    const values = [0, 1, 2, 3].map((j) =>
      emitter.value(t, ElementIndex.linear(t.shape, quadVariable(first, j, t.size))),
    );
    emitter.statement(`${quadsFor(t)}[${first} / 4u] = ${emitter.storedQuad(t, values)};`);
    emitter.count({ stores: 4 });
  }
}

/** Above this many statements for one element, four of them would make a program that is slow to compile. */
const MOST_STATEMENTS = 24;

export interface PointwiseLowering {
  readonly output: Tensor;
  /** Four neighbours may be taken together. */
  readonly quads: boolean;
  emitter(): Emitter;
  /** An emitter whose text is thrown away. */
  trial(): Emitter;
  bufferFor(t: Tensor): string;
  quadsFor(t: Tensor): string;
}

/** One invocation computes one element, or four neighbours. */
export function lowerPointwise(p: PointwiseLowering) {
  const { output } = p;
  const emitter = p.emitter();
  const width = p.quads && output.size % 4 === 0 && isShort(p.trial(), output) ? 4 : 1;
  if (width === 4) {
    emitter.statement('let first = i * 4u;');
    storeQuads(emitter, [output], 'first', p.quadsFor);
  } else storeAll(emitter, [output], 'i', p.bufferFor);
  const invocations = output.size / width;
  return {
    name: printSizes(output.shape),
    body: perElement(invocations, emitter.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(emitter.work, invocations),
  };
}

/** True where few statements compute one element of `t`. */
export function isShort(trial: Emitter, t: Tensor): boolean {
  trial.value(t, ElementIndex.linear(t.shape, variable('i', t.size)));
  return trial.text.split('\n').length <= MOST_STATEMENTS;
}
