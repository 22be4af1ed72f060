import type { Store } from '../backend';
import { type TypedArray, typedArray } from '../ir/dtype';
import { stateType } from '../ir/program';
import { Cells } from '../plan/cells';
import { readRange, type StoreSpec, stateOf, writtenRange } from '../plan/state-spec';

/** The oracle that stores and programs are of. */
export interface OracleOwner {
  /** @throws once it has ended */
  check(): void;
  /** Counts bytes taken, or given back where they are below 0. */
  count(bytes: number): void;
}

/** Persistent tensors as arrays of the host: as many bits as the oracle computes with, so that nothing is lost from run to run. */
export class OracleStore implements Store {
  private constructor(
    readonly owner: OracleOwner,
    private readonly cells: Cells<Float64Array>,
  ) {}

  static open(owner: OracleOwner, spec: StoreSpec, shared?: Store): OracleStore {
    owner.check();
    const allocator = {
      take: (_: string, size: number): Float64Array => {
        const values = new Float64Array(size);
        owner.count(values.byteLength);
        return values;
      },
      free: (values: Float64Array): void => owner.count(-values.byteLength),
    };
    return new OracleStore(owner, Cells.open(allocator, spec, shared && oracleStore(owner, shared).cells));
  }

  get spec(): StoreSpec {
    return this.cells.spec;
  }

  /** The values of a state themselves. */
  values(name: string): Float64Array {
    this.owner.check();
    return this.cells.place(name);
  }

  write(name: string, data: TypedArray, from?: number): void {
    const range = writtenRange(name, stateOf(this.spec, name), data.length, from);
    this.values(name).set(data, range.from);
  }

  async load(name: string, data: TypedArray, from?: number): Promise<void> {
    this.write(name, data, from);
  }

  async read(name: string, from?: number, count?: number): Promise<TypedArray> {
    const one = stateOf(this.spec, name);
    const range = readRange(name, one, from, count);
    const found = typedArray(stateType(one), range.count);
    found.set(this.values(name).subarray(range.from, range.from + range.count));
    return found;
  }

  alias(names: Readonly<Record<string, string>>): OracleStore {
    return new OracleStore(this.owner, this.cells.alias(names));
  }

  destroy(): void {
    this.cells.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** @throws TypeError when a store is of another backend than `owner` */
export function oracleStore(owner: OracleOwner, store: Store): OracleStore {
  if (store instanceof OracleStore && store.owner === owner) return store;
  throw new TypeError('oracle: the store given is of another backend');
}
