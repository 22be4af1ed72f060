import { type Atom, add, type Condition, constantIndex, flattened, type Index } from '../../ir/index-value';
import { type Body, i32, i32x4, type Value, v128 } from '../assembler';
import { quotient, remainder, scaled } from '../by-constant';

type Int = Value<'i32'>;
type Vector = Value<'v128'>;
/** The same for all lanes, or one for each. */
type Lanes = Int | readonly Int[];

const LANES = [0, 1, 2, 3] as const;

/** Where four neighbours are. */
export type LaneIndex =
  /** Lane l is at `first` + l · `step`. */
  | { readonly kind: 'even'; readonly first: Int; readonly step: number }
  /** Each lane has an index of its own. */
  | { readonly kind: 'apart'; readonly lanes: readonly Int[] };

/** What is known inside a block of statements, and ends with it. */
interface Scope {
  /** Variables of indices, by name. */
  readonly variables: Map<string, Lanes>;
  /** Quotients and remainders that were computed, by the key of their atom. */
  readonly digits: Map<string, Lanes>;
}

const newScope = (): Scope => ({ variables: new Map(), digits: new Map() });

/**
 * Writes indices of `ir/index-value` for four neighbours at once. The lane of an index stands for all four; what does not
 * depend on it is computed once.
 */
export class IndexWriter {
  private readonly scopes: Scope[] = [newScope()];
  private made = 0;

  constructor(private readonly b: Body) {}

  /** Statements of a block: what is named and computed in them is known in them alone. */
  nested(body: () => void): void {
    this.scopes.push(newScope());
    body();
    this.scopes.pop();
  }

  /** Makes a variable of indices. @param name one that is not given is made up */
  define(value: Lanes, name = `v${this.made++}`): string {
    this.scopes.at(-1)!.variables.set(name, value);
    return name;
  }

  /** The four lanes of a vector as a variable. */
  defineLanes(x: Vector): string {
    return this.define(LANES.map((lane) => this.b.let(i32x4.extract(x, lane))));
  }

  /** An index whose lane is that of four neighbours; where the index is not used, it may come out as anything. */
  read(x: Index): LaneIndex {
    const { constant, terms } = flat(x);
    let [first, step] = [i32.const(0), 0];
    const apart: (readonly Int[])[] = [];
    for (const { factor, atom } of terms) {
      if (atom.kind === 'lane') step += factor;
      else {
        const value = each(this.atom(atom), (one) => scaled(one, factor));
        if (isApart(value)) apart.push(value);
        else first = i32.add(first, value);
      }
    }
    first = i32.add(first, constant);
    if (apart.length === 0) return { kind: 'even', first, step };
    const base = this.b.let(first);
    const own = (l: number): Int => apart.reduce((sum, lanes) => i32.add(sum, lanes[l]!), i32.add(base, l * step));
    return { kind: 'apart', lanes: LANES.map((l) => this.b.let(own(l))) };
  }

  /** An index that is the same for all lanes: that of the first. */
  scalar(x: Index): Int {
    const found = this.read(x);
    return found.kind === 'even' ? found.first : found.lanes[0]!;
  }

  /** Four indices as a vector. */
  vector(x: Index): Vector {
    const found = this.read(x);
    if (found.kind === 'apart') return laneVector(found.lanes);
    const { first, step } = found;
    if (step === 0) return i32x4.splat(first);
    const steps = i32x4.const(0, step, 2 * step, 3 * step);
    return first.constant === 0 ? steps : i32x4.add(i32x4.splat(first), steps);
  }

  /** True where an index is known to be the same for all lanes. */
  isUniform(x: Index): boolean {
    return flat(x).terms.every(({ atom }) => {
      if (atom.kind === 'lane') return false;
      return atom.kind === 'variable' || atom.kind === 'fourth'
        ? !isApart(this.variable(atom.name))
        : this.isUniform(atom.x);
    });
  }

  /** 1 where a condition holds, which is the same for all lanes; undefined where it always does. */
  scalarCondition(condition: Condition): Int | undefined {
    // What lies below wraps around, and is above.
    const tests = condition.map(({ x, from, count }) => i32.ltU(this.scalar(add(x, constantIndex(-from))), count));
    return tests.length === 0 ? undefined : tests.reduce((a, b) => i32.and(a, b));
  }

  /** Ones where a condition holds in a lane. */
  mask(condition: Condition): Vector {
    return condition
      .map(({ x, from, count }) => i32x4.ltU(this.vector(add(x, constantIndex(-from))), count))
      .reduce((a, b) => v128.and(a, b));
  }

  private variable(name: string): Lanes {
    for (const { variables } of this.scopes) {
      const found = variables.get(name);
      if (found) return found;
    }
    throw new Error(`no index variable '${name}'`);
  }

  private atom(atom: Exclude<Atom, { kind: 'lane' }>): Lanes {
    if (atom.kind === 'inside') throw new Error('an index that was not flattened');
    if (atom.kind === 'digit') return this.digit(atom);
    const found = this.variable(atom.name);
    return atom.kind === 'variable' ? found : each(found, (one) => i32.shrU(one, 2));
  }

  private digit(atom: Extract<Atom, { kind: 'digit' }>): Lanes {
    for (const { digits } of this.scopes) {
      const found = digits.get(atom.key);
      if (found) return found;
    }
    const { x, by, modulo } = atom;
    const read = this.read(x);
    const whole = read.kind === 'even' && read.step === 0 ? read.first : lanesOf(this.b, read);
    const value = each(whole, (one) => {
      const digit = quotient(one, by);
      return this.b.let(modulo === undefined ? digit : remainder(digit, modulo));
    });
    this.scopes.at(-1)!.digits.set(atom.key, value);
    return value;
  }
}

/**
 * True where an index of a tensor of `size` elements may lie more than `most` before or behind it, where it is not used:
 * past the edge of a pad, or behind the last of neighbours taken together.
 */
export function strays(at: Index, size: number, most: number): boolean {
  const { constant, terms, bound } = flat(at);
  return constant < -most || bound > size + most || terms.some(({ atom }) => atom.kind === 'digit' && isOpen(atom.x));
}

/** True where the quotients of an index are known only where it is used. */
const isOpen = (x: Index): boolean =>
  x.constant < 0 || x.terms.some(({ atom }) => atom.kind === 'inside' || (atom.kind === 'digit' && isOpen(atom.x)));

/** A sum of lanes, variables and digits. Digits that are put together may be a sum with edges again. */
function flat(x: Index): Index {
  const found = flattened(x);
  return found.terms.some(({ atom }) => atom.kind === 'inside') ? flat(found) : found;
}

const isApart = (x: Lanes): x is readonly Int[] => Array.isArray(x);

const each = (x: Lanes, f: (one: Int) => Int): Lanes => (isApart(x) ? x.map(f) : f(x));

/** The index of each lane. */
function lanesOf(b: Body, x: LaneIndex): readonly Int[] {
  if (x.kind === 'apart') return x.lanes;
  const first = b.let(x.first);
  return LANES.map((l) => i32.add(first, l * x.step));
}

/** A vector of four whole numbers. */
const laneVector = (lanes: readonly Int[]): Vector =>
  LANES.slice(1).reduce<Vector>((made, l) => i32x4.replace(made, l, lanes[l]!), i32x4.splat(lanes[0]!));
