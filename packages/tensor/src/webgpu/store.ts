import type { Store } from '../backend';
import { BYTES_PER_ELEMENT, type TypedArray, viewBytes } from '../ir/dtype';
import { stateType } from '../ir/program';
import {
  afterDestruction,
  aliasSpec,
  readRange,
  type StoreSpec,
  sharedNames,
  stateOf,
  stateSize,
  writtenRange,
} from '../plan/state-spec';
import type { Gpu } from './device/gpu';
import { BufferUsage } from './device/types';

/** Elements that `load` hands over at once: 64 MiB. */
const LOAD_PART = 2 ** 24;

/** Kernels read and write it, the host writes it and copies it back. */
export const STATE_USAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

/** Where a state lies: in a buffer of the store itself, or in a state of another store. */
type Home = GPUBuffer | { readonly store: DeviceStore; readonly name: string };

/** Persistent tensors on a device. */
export class DeviceStore implements Store {
  private readonly homes: Map<string, Home>;

  private constructor(
    readonly gpu: Gpu,
    readonly spec: StoreSpec,
    homes: Iterable<[string, Home]>,
  ) {
    this.homes = new Map(homes);
  }

  static open(gpu: Gpu, spec: StoreSpec, shared?: Store): DeviceStore {
    const lender = shared && deviceStore(gpu, shared);
    const lent = new Set(lender ? sharedNames(spec, lender.spec) : []);
    const homes = new Map<string, Home>();
    try {
      for (const [name, one] of Object.entries(spec)) {
        const size = stateSize(one) * BYTES_PER_ELEMENT;
        const home =
          lender && lent.has(name)
            ? { store: lender, name }
            : gpu.createBuffer({ label: `state ${name}`, size, usage: STATE_USAGE });
        homes.set(name, home);
      }
    } catch (error) {
      for (const home of homes.values()) if (!('store' in home)) gpu.destroyBuffer(home);
      throw error;
    }
    return new DeviceStore(gpu, spec, homes);
  }

  /** The buffer that holds `name`, elements from its first byte on. */
  buffer(name: string): GPUBuffer {
    stateOf(this.spec, name);
    const home = this.homes.get(name);
    if (!home) throw afterDestruction(name);
    return 'store' in home ? home.store.buffer(home.name) : home;
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
    const spec = aliasSpec(this.spec, names);
    const homes = Object.entries(names).map(([name, source]): [string, Home] => [name, { store: this, name: source }]);
    return new DeviceStore(this.gpu, spec, homes);
  }

  destroy(): void {
    for (const home of this.homes.values()) if (!('store' in home)) this.gpu.destroyBuffer(home);
    this.homes.clear();
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
