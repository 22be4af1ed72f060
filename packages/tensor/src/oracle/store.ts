import type { Store } from '../backend';
import type { TypedArray } from '../ir/dtype';
import { typedArray } from '../ir/dtype';
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

/** The oracle that stores and programs are of. */
export interface OracleOwner {
  /** @throws once it has ended */
  check(): void;
  /** Counts bytes taken, or given back where they are below 0. */
  count(bytes: number): void;
}

/** One state: as many bits as the oracle computes with, so that nothing is lost from run to run. */
interface Cell {
  values: Float64Array | undefined;
}

/** Persistent tensors as arrays of the host. */
export class OracleStore implements Store {
  private constructor(
    readonly owner: OracleOwner,
    readonly spec: StoreSpec,
    private readonly cells: ReadonlyMap<string, Cell>,
    /** Those that it frees. */
    private readonly own: readonly Cell[],
  ) {}

  static open(owner: OracleOwner, spec: StoreSpec, shared?: Store): OracleStore {
    owner.check();
    const lender = shared && oracleStore(owner, shared);
    const lent = new Set(lender ? sharedNames(spec, lender.spec) : []);
    const own: Cell[] = [];
    const cells = Object.entries(spec).map(([name, one]): [string, Cell] => {
      if (lender && lent.has(name)) return [name, lender.cells.get(name)!];
      const cell = { values: new Float64Array(stateSize(one)) };
      owner.count(cell.values.byteLength);
      own.push(cell);
      return [name, cell];
    });
    return new OracleStore(owner, spec, new Map(cells), own);
  }

  /** The values of a state themselves. */
  values(name: string): Float64Array {
    stateOf(this.spec, name);
    this.owner.check();
    return this.cells.get(name)!.values ?? fail(name);
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
    const spec = aliasSpec(this.spec, names);
    const cells = Object.entries(names).map(([name, source]): [string, Cell] => [name, this.cells.get(source)!]);
    return new OracleStore(this.owner, spec, new Map(cells), []);
  }

  destroy(): void {
    for (const cell of this.own) {
      this.owner.count(-(cell.values?.byteLength ?? 0));
      cell.values = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

const fail = (name: string): never => {
  throw afterDestruction(name);
};

/** @throws TypeError when a store is of another backend than `owner` */
export function oracleStore(owner: OracleOwner, store: Store): OracleStore {
  if (store instanceof OracleStore && store.owner === owner) return store;
  throw new TypeError('oracle: the store given is of another backend');
}
