import { type DType, type StorageType, storageBytes } from '../ir/dtype';

/**
 * Which buffer: states and inputs by name; by index those of one plan, which are temporary memory (`slots`), flat vectors
 * that tensors are laid into (`packs`), constants (`data`) and the step scalars.
 */
export type BufferName =
  | { readonly kind: 'state' | 'input'; readonly name: string }
  | { readonly kind: 'slot' | 'pack' | 'data'; readonly index: number }
  | { readonly kind: 'scalars' };

/** A buffer's name as one text, the same for the same buffer: `slot 3`. */
export const bufferText = (buffer: BufferName): string => {
  if (buffer.kind === 'scalars') return buffer.kind;
  return `${buffer.kind} ${'name' in buffer ? buffer.name : buffer.index}`;
};

/** Memory of one tensor: elements [offset, offset + size) of a buffer. */
export interface Place {
  readonly dtype: DType;
  /** Of its elements in memory. */
  readonly storage: StorageType;
  readonly buffer: BufferName;
  readonly offset: number;
  readonly size: number;
  /** The same for two places exactly when they begin at the same element of the same buffer. */
  readonly key: string;
}

export const place = (
  buffer: BufferName,
  offset: number,
  size: number,
  dtype: DType,
  storage: StorageType = dtype,
): Place => ({ buffer, offset, size, dtype, storage, key: `${bufferText(buffer)}@${offset}` });

/** Bytes that a kernel is given for `size` elements: whole words. */
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
 * of one: not every target lets a kernel read some parts of a buffer and write others. Later kernels of a run wait for
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
