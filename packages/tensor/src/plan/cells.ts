import { DeviceError } from '../errors';
import { aliasSpec, type StoreSpec, sharedNames, stateOf, stateSize } from './state-spec';

/** Makes the places where states lie, and gives them back. */
export interface Allocator<Place> {
  take(name: string, size: number): Place;
  free(place: Place): void;
}

/** One state: where it lies, until the store that took the place is destroyed. */
interface Cell<Place> {
  place: Place | undefined;
  version: number;
}

/** Where the states of a store lie: in places of its own, or in those of a store that it shares them with. */
export class Cells<Place> {
  private constructor(
    readonly spec: StoreSpec,
    private readonly allocator: Allocator<Place>,
    private readonly cells: Map<string, Cell<Place>>,
    /** Those that it frees. */
    private readonly own: readonly Cell<Place>[],
  ) {}

  /** @param lender of the states that it has too; they live no longer than there */
  static open<Place>(allocator: Allocator<Place>, spec: StoreSpec, lender?: Cells<Place>): Cells<Place> {
    const lent = new Set(lender ? sharedNames(spec, lender.spec) : []);
    const own: Cell<Place>[] = [];
    const made = new Cells<Place>(spec, allocator, new Map(), own);
    try {
      for (const [name, one] of Object.entries(spec)) {
        if (lender && lent.has(name)) made.cells.set(name, lender.cell(name));
        else {
          const cell = { place: allocator.take(name, stateSize(one)), version: 0 };
          made.cells.set(name, cell);
          own.push(cell);
        }
      }
    } catch (error) {
      made.destroy();
      throw error;
    }
    return made;
  }

  /** @throws RangeError, DeviceError when the state or its store is no more */
  place(name: string): Place {
    return this.cell(name).place ?? fail(name);
  }

  /** Another number after each `wrote` of the same place, under whatever name and through whichever store. */
  version(name: string): number {
    return this.cell(name).version;
  }

  /** To be called when a write to a state is ordered, in the order of the writes. */
  wrote(name: string): void {
    this.cell(name).version += 1;
  }

  /** The same places under other names. */
  alias(names: Readonly<Record<string, string>>): Cells<Place> {
    const spec = aliasSpec(this.spec, names);
    const cells = Object.entries(names).map(([name, source]): [string, Cell<Place>] => [name, this.cell(source)]);
    return new Cells(spec, this.allocator, new Map(cells), []);
  }

  /** Frees its own places. It names none from then on. */
  destroy(): void {
    for (const cell of this.own) {
      const { place } = cell;
      cell.place = undefined;
      if (place !== undefined) this.allocator.free(place);
    }
    this.cells.clear();
  }

  private cell(name: string): Cell<Place> {
    stateOf(this.spec, name);
    return this.cells.get(name) ?? fail(name);
  }
}

const fail = (name: string): never => {
  throw new DeviceError(`state '${name}': used after its store was destroyed`);
};
