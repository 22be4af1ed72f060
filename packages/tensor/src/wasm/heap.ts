import { LimitError } from '../errors';
import type { DType, TypedArray } from '../ir/dtype';
import type { MemoryType } from './assembler';

const PAGE = 65536;
/** Pages that addresses of 32 bits reach: 4 GiB. */
const MOST_PAGES = 65536;
/** A memory of fewer, 256 MiB, holds too little to be of use. */
const FEWEST_PAGES = 4096;
/** Bytes before a block and behind it that kernels may read, to use them for nothing; a multiple of a line. */
export const STRAY_BYTES = 32768;
/** Bytes of which every block begins at a multiple: a line of most caches. */
const LINE = 64;

/** What modules that use the memory of a heap import. */
export const importedMemory = (shared: boolean): MemoryType => ({ minimum: 1, maximum: MOST_PAGES, shared });

/** Bytes [address, address + bytes) of a heap. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

interface Gap {
  from: number;
  to: number;
}

/**
 * A memory, and the pages that it may take. A runtime keeps the addresses of a shared one from the start; those of phones
 * refuse 4 GiB of them, and often 2.
 */
function openMemory(mostPages: number, shared: boolean): [WebAssembly.Memory, number] {
  try {
    return [new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared }), mostPages];
  } catch (error) {
    if (mostPages / 2 < FEWEST_PAGES) throw error;
    return openMemory(mostPages / 2, shared);
  }
}

/**
 * Blocks of one memory that grows, for tensors. A block begins at a multiple of 64 bytes. What is up to 32 KiB before a
 * block and behind it may be read: vectors are loaded whole at the end of a tensor too, and pads without a look at the edge.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Pages that it may take. */
  private readonly mostPages: number;
  /** Free, in order, never side by side. */
  private readonly gaps: Gap[] = [];
  /** The first byte that no block or gap has. */
  private end = STRAY_BYTES;
  /** What `end` was at most: zeros lie behind it. */
  private used = STRAY_BYTES;

  /**
   * @param shared whether threads share the memory
   * @param mostPages of 64 KiB that it may take: half of them, and so on, where the runtime gives no more addresses
   * @throws RangeError when it gives none for 256 MiB
   */
  constructor(
    readonly shared: boolean,
    mostPages: number = MOST_PAGES,
  ) {
    [this.memory, this.mostPages] = openMemory(mostPages, shared);
  }

  /**
   * A block of zeros, the smallest gap that has room for it or the end of the memory.
   * @param label names it in errors
   * @throws LimitError when the memory cannot grow so far
   */
  take(bytes: number, label: string): Block {
    const size = sizeOf(bytes);
    const block = { address: this.find(size, label), bytes };
    const old = Math.min(bytes, this.used - block.address);
    if (old > 0) new Uint8Array(this.memory.buffer, block.address, old).fill(0);
    this.used = Math.max(this.used, this.end);
    return block;
  }

  /** Gives a block back, once. */
  free({ address, bytes }: Block): void {
    const gap = { from: address, to: address + sizeOf(bytes) };
    const next = this.gaps.findIndex(({ from }) => from > gap.from);
    this.gaps.splice(next < 0 ? this.gaps.length : next, 0, gap);
    for (let i = this.gaps.length - 1; i > 0; i--) {
      const [before, after] = [this.gaps[i - 1]!, this.gaps[i]!];
      if (before.to !== after.from) continue;
      before.to = after.to;
      this.gaps.splice(i, 1);
    }
    if (this.gaps.at(-1)?.to === this.end) this.end = this.gaps.pop()!.from;
  }

  /** The elements at an address, where they lie. Ends when the memory grows, unless it is shared: to be used at once. */
  view(dtype: DType, address: number, count: number): TypedArray {
    const { buffer } = this.memory;
    return dtype === 'f32' ? new Float32Array(buffer, address, count) : new Uint32Array(buffer, address, count);
  }

  write(address: number, data: TypedArray): void {
    this.view(data instanceof Float32Array ? 'f32' : 'u32', address, data.length).set(data);
  }

  /** A copy of the elements at an address. */
  read(dtype: DType, address: number, count: number): TypedArray {
    const copy = dtype === 'f32' ? new Float32Array(count) : new Uint32Array(count);
    copy.set(this.view(dtype, address, count));
    return copy;
  }

  copy(from: number, to: number, bytes: number): void {
    const { buffer } = this.memory;
    new Uint8Array(buffer, to, bytes).set(new Uint8Array(buffer, from, bytes));
  }

  private find(size: number, label: string): number {
    const fitting = this.gaps.filter(({ from, to }) => to - from >= size);
    const gap = fitting.reduce<Gap | undefined>((a, b) => (a && a.to - a.from <= b.to - b.from ? a : b), undefined);
    if (gap) {
      const address = gap.from;
      gap.from += size;
      if (gap.from === gap.to) this.gaps.splice(this.gaps.indexOf(gap), 1);
      return address;
    }
    const address = this.end;
    this.grow(address + size, size, label);
    this.end = address + size;
    return address;
  }

  private grow(to: number, size: number, label: string): void {
    const pages = Math.ceil((to + STRAY_BYTES) / PAGE);
    const held = this.memory.buffer.byteLength / PAGE;
    if (pages <= held) return;
    const refused = (most: number): never => {
      const free = Math.max(0, most * PAGE - STRAY_BYTES - this.end);
      throw new LimitError(label, 'free memory', size, free, 'the WebAssembly backend');
    };
    if (pages > this.mostPages) refused(this.mostPages);
    try {
      this.memory.grow(pages - held);
    } catch {
      // The machine has no more.
      refused(held);
    }
  }
}

/** Bytes that a block takes: lines, one at least. */
const sizeOf = (bytes: number): number => LINE * Math.max(1, Math.ceil(bytes / LINE));
