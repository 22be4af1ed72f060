import type { Store } from '../backend';
import { type StateSpec, stateShape, stateType } from '../ir/program';
import { sizeOf } from '../ir/shape';

export type StoreSpec = Readonly<Record<string, StateSpec>>;

export const stateSize = (spec: StateSpec): number => sizeOf(stateShape(spec));

/** The spec of a state of a store. @throws RangeError when it has none of that name */
export function stateOf(spec: StoreSpec, name: string): StateSpec {
  const found = spec[name];
  if (found) return found;
  throw new RangeError(`state '${name}' is not in the store (it holds ${Object.keys(spec).join(', ')})`);
}

/** Elements [from, from + count) of a state. */
export interface StateRange {
  readonly from: number;
  readonly count: number;
}

/** Where `length` elements are to be written. @throws RangeError when they do not fit */
export function writtenRange(name: string, spec: StateSpec, length: number, from?: number): StateRange {
  const size = stateSize(spec);
  if (from === undefined && length !== size) {
    throw new RangeError(`state '${name}' takes ${size} elements, got ${length}`);
  }
  return checkedRange(name, size, { from: from ?? 0, count: length });
}

/** What is to be read. @throws RangeError when that is not within the state */
export function readRange(name: string, spec: StateSpec, from = 0, count = stateSize(spec) - from): StateRange {
  return checkedRange(name, stateSize(spec), { from, count });
}

function checkedRange(name: string, size: number, range: StateRange): StateRange {
  const { from, count } = range;
  const whole = Number.isSafeInteger(from) && Number.isSafeInteger(count);
  if (whole && from >= 0 && count >= 0 && from + count <= size) return range;
  throw new RangeError(`state '${name}' has ${size} elements; expected a part of them, got ${count} from ${from} on`);
}

/** Names of `spec` that `shared` holds. @throws RangeError when one is of another size or type */
export function sharedNames(spec: StoreSpec, shared: StoreSpec): string[] {
  const names = Object.keys(spec).filter((name) => name in shared);
  for (const name of names) {
    const [wanted, held] = [spec[name]!, shared[name]!];
    if (stateSize(wanted) === stateSize(held) && stateType(wanted) === stateType(held)) continue;
    throw new RangeError(`state '${name}' is ${printState(wanted)}, the store holds ${printState(held)}`);
  }
  return names;
}

const printState = (spec: StateSpec): string => `${stateSize(spec)} elements of ${stateType(spec)}`;

/** @throws RangeError naming a state that a program wants and its store does not hold */
export function checkStates(spec: StoreSpec, store: Store): void {
  sharedNames(spec, store.spec);
  for (const name of Object.keys(spec)) stateOf(store.spec, name);
}

/** The specs of an alias, by its own names. */
export const aliasSpec = (spec: StoreSpec, names: Readonly<Record<string, string>>): StoreSpec =>
  Object.fromEntries(Object.entries(names).map(([name, source]) => [name, stateOf(spec, source)]));
