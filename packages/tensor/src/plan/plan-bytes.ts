import { BYTES_PER_ELEMENT } from '../ir/dtype';
import { type Graph, stateShape } from '../ir/program';
import { sizeOf } from '../ir/shape';
import type { Plan } from './plan';

/** Bytes of a program's buffers. */
export interface PlanBytes {
  /** Persistent tensors; programs over one store share them. */
  readonly state: number;
  /** What is computed on the way, such as values kept for the gradient. */
  readonly temporary: number;
  /** Inputs, constants, scalars, packed vectors and layouts that are kept over runs. */
  readonly other: number;
}

/** A buffer is whole words, and at least one. */
const bufferBytes = (bytes: number): number => Math.max(4, 4 * Math.ceil(bytes / 4));
const total = (sizes: readonly number[]): number => sizes.reduce((sum, bytes) => sum + bufferBytes(bytes), 0);
const ofElements = (counts: readonly number[]): number => total(counts.map((count) => count * BYTES_PER_ELEMENT));

/** What a program takes on a device, known from its plan alone. */
export function planBytes({ spec }: Graph, { data, kept, packs, scalars, slots }: Plan): PlanBytes {
  const inputs = Object.values(spec.inputs ?? {}).map(({ shape }) => sizeOf(shape));
  const constants = data.map(({ length }) => length);
  return {
    state: ofElements(Object.values(spec.state ?? {}).map((one) => sizeOf(stateShape(one)))),
    temporary: total(slots),
    other: ofElements([...inputs, ...constants, ...packs, scalars.length]) + total(kept),
  };
}
