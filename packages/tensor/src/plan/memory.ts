import { type DType, type StorageType, storageBytes } from '../ir/dtype';
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
  readonly dtype: DType;
  readonly buffer: BufferName;
  readonly offset: number;
  readonly size: number;
}

export const place = (
  buffer: BufferName,
  offset: number,
  size: number,
  dtype: DType,
  storage: StorageType = dtype,
): Place => ({ buffer, offset, size, dtype, storage, key: `${buffer}@${offset}` });

/** Bytes that a kernel binds for `size` elements: whole words. */
export const boundBytes = ({ size, storage }: Pick<Place, 'size' | 'storage'>): number =>
  4 * Math.ceil((size * storageBytes(storage)) / 4);

/** A tensor that lives in temporary memory: from the group that writes it to the last that reads it, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** The most bytes that live at one time: no plan of memory can do with less. */
export function liveBound(lifetimes: readonly Lifetime[]): number {
  const change = new Map<number, number>();
  const add = (at: number, n: number): void => void change.set(at, (change.get(at) ?? 0) + n);
  for (const { bytes, from, to } of lifetimes) {
    add(from, bytes);
    add(to + 1, -bytes);
  }
  let live = 0;
  let most = 0;
  for (const [, n] of [...change].sort(([a], [b]) => a - b)) {
    live += n;
    most = Math.max(most, live);
  }
  return most;
}

/**
 * Buffers for tensors, such that no two tensors of one buffer live at the same time: the largest first, each into the
 * smallest buffer that is free for its whole life (greedy by size, Pisarchyk and Lee 2020). Whole buffers and not ranges
 * of one: WebGPU lets no kernel read and write parts of the same buffer. Within one submission later kernels wait for
 * earlier ones, so no fence is needed.
 */
export function assignSlots(lifetimes: readonly Lifetime[]): { slotOf: readonly number[]; sizes: readonly number[] } {
  const slotOf = new Array<number>(lifetimes.length);
  const slots: { size: number; lives: Lifetime[] }[] = [];
  const order = lifetimes.map((life, index) => ({ life, index }));
  order.sort((a, b) => b.life.bytes - a.life.bytes || a.life.from - b.life.from);
  for (const { life, index } of order) {
    const free = slots.filter(({ lives }) => lives.every((other) => other.to < life.from || other.from > life.to));
    const best = free.reduce<(typeof slots)[number] | undefined>((a, b) => (a && a.size <= b.size ? a : b), undefined);
    const slot = best ?? { size: life.bytes, lives: [] };
    if (!best) slots.push(slot);
    slot.lives.push(life);
    slotOf[index] = slots.indexOf(slot);
  }
  return { slotOf, sizes: slots.map(({ size }) => size) };
}
