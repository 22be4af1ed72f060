import type { Store } from '../backend';
import { BYTES_PER_ELEMENT, type TypedArray } from '../ir/dtype';
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
import type { Block } from './heap';
import type { WasmOwner } from './owner';

/** One state: where it lies, until its store is destroyed. */
interface Cell {
  block: Block | undefined;
}

/** Elements that `load` hands over at once: 64 MiB. */
const LOAD_PART = 2 ** 24;

/** Persistent tensors in the memory of kernels. */
export class WasmStore implements Store {
  private constructor(
    readonly owner: WasmOwner,
    readonly spec: StoreSpec,
    private readonly cells: ReadonlyMap<string, Cell>,
    /** Those that it frees. */
    private readonly own: readonly Cell[],
  ) {}

  static open(owner: WasmOwner, spec: StoreSpec, shared?: Store): WasmStore {
    owner.check();
    const lender = shared && wasmStore(owner, shared);
    const lent = new Set(lender ? sharedNames(spec, lender.spec) : []);
    const own: Cell[] = [];
    const cells = new Map<string, Cell>();
    const store = new WasmStore(owner, spec, cells, own);
    try {
      for (const [name, one] of Object.entries(spec)) {
        if (lender && lent.has(name)) {
          cells.set(name, lender.cells.get(name)!);
          continue;
        }
        const cell = { block: owner.take(stateSize(one) * BYTES_PER_ELEMENT, `state ${name}`) };
        cells.set(name, cell);
        own.push(cell);
      }
    } catch (error) {
      store.destroy();
      throw error;
    }
    return store;
  }

  /** Where the first element of a state lies. @throws RangeError, DeviceError when the state or its store is no more */
  address(name: string): number {
    stateOf(this.spec, name);
    this.owner.check();
    const { block } = this.cells.get(name)!;
    if (!block) throw afterDestruction(name);
    return block.address;
  }

  write(name: string, data: TypedArray, from?: number): void {
    const { order, heap } = this.owner;
    const at = this.written(name, data, from);
    const held = order.idle ? data : data.slice();
    order.soon(() => heap.write(at, held));
  }

  async load(name: string, data: TypedArray, from?: number): Promise<void> {
    const { order, heap } = this.owner;
    const at = this.written(name, data, from);
    for (let part = 0; part < data.length; part += LOAD_PART) {
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
    const spec = aliasSpec(this.spec, names);
    const cells = Object.entries(names).map(([name, source]): [string, Cell] => [name, this.cells.get(source)!]);
    return new WasmStore(this.owner, spec, new Map(cells), []);
  }

  destroy(): void {
    for (const cell of this.own) {
      const { block } = cell;
      cell.block = undefined;
      if (block) this.owner.free(block);
    }
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
