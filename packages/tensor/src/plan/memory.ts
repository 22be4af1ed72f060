import { type DType, type StorageType, storageBytes } from '../ir/dtype';

/**
 * Which buffer: states and inputs by name; by index those of one plan, which are temporary memory (`slots`), layouts that are
 * kept over runs (`kept`), flat vectors that tensors are laid into (`packs`), constants (`data`) and the step scalars.
 */
export type BufferName =
  | { readonly kind: 'state' | 'input'; readonly name: string }
  | { readonly kind: 'slot' | 'kept' | 'pack' | 'data'; readonly index: number }
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

/** Bytes that live at each time. */
export function liveBytes(lifetimes: readonly Lifetime[]): number[] {
  const live: number[] = [];
  for (const { bytes, from, to } of lifetimes) for (let t = from; t <= to; t++) live[t] = (live[t] ?? 0) + bytes;
  return Array.from(live, (bytes) => bytes ?? 0);
}

/** The most bytes that live at one time: no plan of memory can do with less. */
export const liveBound = (lifetimes: readonly Lifetime[]): number => Math.max(0, ...liveBytes(lifetimes));

/** Buffers for lives, and where each life lies. */
export interface AssignedMemory {
  /** Bytes of each buffer. */
  readonly sizes: readonly number[];
  /** By life: its buffer, and the byte at which it begins there. */
  readonly places: readonly { readonly slot: number; readonly offset: number }[];
}

/** Largest first. */
const bySize = (lifetimes: readonly Lifetime[]): { readonly life: Lifetime; readonly index: number }[] =>
  lifetimes
    .map((life, index) => ({ life, index }))
    .sort((a, b) => b.life.bytes - a.life.bytes || a.life.from - b.life.from);

const meet = (a: Lifetime, b: Lifetime): boolean => a.from <= b.to && b.from <= a.to;

/**
 * Whole buffers, such that no two lives of one buffer meet: the largest first, each into the smallest buffer that is free
 * for its whole life (greedy by size, Pisarchyk and Lee 2020). For targets that let no kernel read some parts of a buffer
 * and write others. Later kernels of a run wait for earlier ones, so no fence is needed.
 */
export function assignBuffers(lifetimes: readonly Lifetime[]): AssignedMemory {
  const places = new Array<AssignedMemory['places'][number]>(lifetimes.length);
  const slots: { size: number; lives: Lifetime[] }[] = [];
  for (const { life, index } of bySize(lifetimes)) {
    const free = slots.filter(({ lives }) => !lives.some((other) => meet(life, other)));
    const best = free.reduce<(typeof slots)[number] | undefined>((a, b) => (a && a.size <= b.size ? a : b), undefined);
    const slot = best ?? { size: life.bytes, lives: [] };
    if (!best) slots.push(slot);
    slot.lives.push(life);
    places[index] = { slot: slots.indexOf(slot), offset: 0 };
  }
  return { places, sizes: slots.map(({ size }) => size) };
}

/**
 * Ranges of one buffer, such that no two that meet overlap: the largest first, each into the smallest gap between those
 * that it meets, or behind them (greedy by size for offsets, Pisarchyk and Lee 2020).
 *
 * @param alignment bytes of which every range begins at a multiple
 */
export function assignRanges(lifetimes: readonly Lifetime[], alignment: number): AssignedMemory {
  const places = new Array<AssignedMemory['places'][number]>(lifetimes.length);
  /** By where they begin. */
  const placed: { readonly life: Lifetime; readonly from: number; readonly to: number }[] = [];
  for (const { life, index } of bySize(lifetimes)) {
    const others = placed.filter((other) => meet(life, other.life));
    let [end, best, smallest] = [0, -1, Number.POSITIVE_INFINITY];
    for (const { from, to } of others) {
      const gap = from - end;
      if (gap >= life.bytes && gap < smallest) [best, smallest] = [end, gap];
      end = Math.max(end, alignment * Math.ceil(to / alignment));
    }
    const offset = best < 0 ? end : best;
    const behind = placed.findIndex(({ from }) => from > offset);
    placed.splice(behind < 0 ? placed.length : behind, 0, { life, from: offset, to: offset + life.bytes });
    places[index] = { slot: 0, offset };
  }
  return { places, sizes: placed.length > 0 ? [Math.max(...placed.map(({ to }) => to))] : [] };
}
