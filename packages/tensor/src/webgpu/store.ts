import type { Store } from '../backend';
import { BYTES_PER_ELEMENT, type TypedArray, viewBytes } from '../ir/dtype';
import { stateType } from '../ir/program';
import { Cells } from '../plan/cells';
import { readRange, type StoreSpec, stateOf, writtenRange } from '../plan/state-spec';
import type { Gpu } from './device/gpu';
import { BufferUsage } from './device/types';

/** Elements that `load` hands over at once: 64 MiB. */
const LOAD_PART = 2 ** 24;

/** Kernels read and write it, the host writes it and copies it back. */
export const STATE_USAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

/** Persistent tensors on a device. */
export class DeviceStore implements Store {
  private constructor(
    readonly gpu: Gpu,
    private readonly cells: Cells<GPUBuffer>,
  ) {}

  static open(gpu: Gpu, spec: StoreSpec, shared?: Store): DeviceStore {
    const allocator = {
      take: (name: string, size: number): GPUBuffer =>
        gpu.createBuffer({ label: `state ${name}`, size: size * BYTES_PER_ELEMENT, usage: STATE_USAGE }),
      free: (buffer: GPUBuffer): void => gpu.destroyBuffer(buffer),
    };
    return new DeviceStore(gpu, Cells.open(allocator, spec, shared && deviceStore(gpu, shared).cells));
  }

  get spec(): StoreSpec {
    return this.cells.spec;
  }

  /** The buffer that holds `name`, elements from its first byte on. */
  buffer(name: string): GPUBuffer {
    return this.cells.place(name);
  }

  write(name: string, data: TypedArray, from?: number): void {
    const range = writtenRange(name, stateOf(this.spec, name), data.length, from);
    this.gpu.write(this.buffer(name), range.from * BYTES_PER_ELEMENT, data);
  }

  async load(name: string, data: TypedArray, from?: number): Promise<void> {
    const range = writtenRange(name, stateOf(this.spec, name), data.length, from);
    for (let at = 0; at < data.length; at += LOAD_PART) {
      this.write(name, data.subarray(at, at + LOAD_PART), range.from + at);
      await this.gpu.idle();
    }
  }

  async read(name: string, from?: number, count?: number): Promise<TypedArray> {
    const one = stateOf(this.spec, name);
    const range = readRange(name, one, from, count);
    const [offset, bytes] = [range.from * BYTES_PER_ELEMENT, range.count * BYTES_PER_ELEMENT];
    return viewBytes(stateType(one), await this.gpu.read(this.buffer(name), offset, bytes));
  }

  alias(names: Readonly<Record<string, string>>): DeviceStore {
    return new DeviceStore(this.gpu, this.cells.alias(names));
  }

  destroy(): void {
    this.cells.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** @throws TypeError when a store is of another backend than `gpu` */
export function deviceStore(gpu: Gpu, store: Store): DeviceStore {
  if (store instanceof DeviceStore && store.gpu === gpu) return store;
  throw new TypeError(`${gpu.label}: the store given is of another backend`);
}
