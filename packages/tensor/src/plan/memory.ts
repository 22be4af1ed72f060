import { BYTES_PER_ELEMENT, type DType } from '../ir/dtype';
import type { Bindable } from '../wgsl/bindings';

/** Which buffer, by kind and name. Slots and scratch buffers belong to one plan; states and inputs are found by name. */
export type BufferName =
  | `state:${string}`
  | `input:${string}`
  | `slot:${number}`
  | `pack:${number}`
  | `data:${number}`
  | 'scalars';

/** Memory of one tensor: elements [offset, offset + size) of a buffer. */
export interface Place extends Bindable {
  readonly buffer: BufferName;
  readonly offset: number;
  readonly size: number;
}

export const place = (buffer: BufferName, offset: number, size: number, dtype: DType): Place => ({
  buffer,
  offset,
  size,
  dtype,
  key: `${buffer}@${offset}`,
});

/**
 * Hands out buffers for tensors that live from one kernel to another. A buffer freed is used again by a tensor of about
 * its size: within one submission later kernels wait for earlier ones, so no fence is needed.
 */
export class SlotAllocator {
  readonly sizes: number[] = [];
  private readonly free = new Set<number>();

  /** The index of a slot of at least `elements`. */
  take(elements: number): number {
    let best: number | undefined;
    for (const slot of this.free) {
      const size = this.sizes[slot]!;
      const fits = size >= elements && size <= 2 * elements + 64;
      if (fits && (best === undefined || size < this.sizes[best]!)) best = slot;
    }
    if (best === undefined) return this.sizes.push(elements) - 1;
    this.free.delete(best);
    return best;
  }

  release(slot: number): void {
    this.free.add(slot);
  }

  get bytes(): number {
    return this.sizes.reduce((sum, n) => sum + n * BYTES_PER_ELEMENT, 0);
  }
}
