import { type BufferDescription, BufferUsage } from './types';

/** Bytes. */
export const SMALLEST_CLASS = 1024;
/** Larger readbacks are rare (whole checkpoints); keeping their buffers would double the memory of the model. */
const LARGEST_POOLED = 64 * 2 ** 20;

function sizeClass(bytes: number): number {
  if (bytes > LARGEST_POOLED) return bytes;
  return Math.max(SMALLEST_CLASS, 2 ** Math.ceil(Math.log2(bytes)));
}

/** What makes and frees the buffers. */
export interface BufferMaker {
  createBuffer(description: BufferDescription): GPUBuffer;
  destroyBuffer(buffer: GPUBuffer): void;
}

/** Mappable buffers for reading, kept by size class (powers of two), so that a steady state creates none. */
export class StagingPool {
  readonly #free = new Map<number, GPUBuffer[]>();

  constructor(private readonly buffers: BufferMaker) {}

  acquire(bytes: number): GPUBuffer {
    const size = sizeClass(bytes);
    const free = this.#free.get(size)?.pop();
    if (free) return free;
    return this.buffers.createBuffer({
      label: `staging (${size} bytes)`,
      size,
      usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST,
    });
  }

  /** Takes an unmapped buffer back. */
  release(buffer: GPUBuffer): void {
    if (buffer.size > LARGEST_POOLED) {
      this.buffers.destroyBuffer(buffer);
      return;
    }
    const free = this.#free.get(buffer.size);
    if (free) free.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }
}
