import type { Store } from '../backend';
import { BYTES_PER_ELEMENT, type TypedArray } from '../ir/dtype';
import { stateType } from '../ir/program';
import { Cells } from '../plan/cells';
import { readRange, type StoreSpec, stateOf, writtenRange } from '../plan/state-spec';
import type { Block } from './heap';
import type { WasmOwner } from './owner';

/** Elements that `load` hands over at once: 64 MiB. */
const LOAD_PART = 2 ** 24;

/** Persistent tensors in the memory of kernels. */
export class WasmStore implements Store {
  private constructor(
    readonly owner: WasmOwner,
    private readonly cells: Cells<Block>,
  ) {}

  static open(owner: WasmOwner, spec: StoreSpec, shared?: Store): WasmStore {
    owner.check();
    const allocator = {
      take: (name: string, size: number): Block => owner.take(size * BYTES_PER_ELEMENT, `state ${name}`),
      free: (block: Block): void => owner.free(block),
    };
    return new WasmStore(owner, Cells.open(allocator, spec, shared && wasmStore(owner, shared).cells));
  }

  get spec(): StoreSpec {
    return this.cells.spec;
  }

  /** Where the first element of a state lies. @throws RangeError, DeviceError when the state or its store is no more */
  address(name: string): number {
    this.owner.check();
    return this.cells.place(name).address;
  }

  /** Another number after each `wrote` of the same memory, under whatever name and through whichever store. */
  version(name: string): number {
    return this.cells.version(name);
  }

  /** To be called when a write to a state is ordered. */
  wrote(name: string): void {
    this.cells.wrote(name);
  }

  write(name: string, data: TypedArray, from?: number): void {
    const { order, heap } = this.owner;
    const at = this.written(name, data, from);
    const held = order.idle ? data : data.slice();
    this.wrote(name);
    order.soon(() => heap.write(at, held));
  }

  async load(name: string, data: TypedArray, from?: number): Promise<void> {
    const { order, heap } = this.owner;
    const at = this.written(name, data, from);
    for (let part = 0; part < data.length; part += LOAD_PART) {
      this.wrote(name);
      await order.add(() => {
        this.address(name);
        heap.write(at + part * BYTES_PER_ELEMENT, data.subarray(part, part + LOAD_PART));
      });
    }
  }

  async read(name: string, from?: number, count?: number): Promise<TypedArray> {
    const one = stateOf(this.spec, name);
    const range = readRange(name, one, from, count);
    const { owner } = this;
    // What is destroyed meanwhile is given back after this.
    const at = this.address(name) + range.from * BYTES_PER_ELEMENT;
    return owner.order.add(() => {
      owner.check();
      return owner.heap.read(stateType(one), at, range.count);
    });
  }

  alias(names: Readonly<Record<string, string>>): WasmStore {
    return new WasmStore(this.owner, this.cells.alias(names));
  }

  destroy(): void {
    this.cells.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Where data is to be written. */
  private written(name: string, data: TypedArray, from?: number): number {
    const range = writtenRange(name, stateOf(this.spec, name), data.length, from);
    return this.address(name) + range.from * BYTES_PER_ELEMENT;
  }
}

/** @throws TypeError when a store is of another backend than `owner` */
export function wasmStore(owner: WasmOwner, store: Store): WasmStore {
  if (store instanceof WasmStore && store.owner === owner) return store;
  throw new TypeError(`${owner.label}: the store given is of another backend`);
}
