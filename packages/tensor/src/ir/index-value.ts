import type { IndexArithmetic } from './view';

/**
 * An index in a kernel as a value: a constant and a sum of factor × atom, the same for equal sums. It stands for a whole
 * number from 0 to below `bound` wherever what it reaches is used: past the edge of a pad it may be anything.
 */
export interface Index {
  /** Equal for equal sums alone. */
  readonly key: string;
  readonly constant: number;
  /** Factors are positive, atoms differ; the largest factor comes first. */
  readonly terms: readonly IndexTerm[];
  readonly bound: number;
}

export interface IndexTerm {
  readonly factor: number;
  readonly atom: Atom;
}

/** What a sum is made of: a whole number from 0 to below `bound`. */
export type Atom = { readonly key: string; readonly bound: number } & (
  | { readonly kind: 'variable'; readonly name: string }
  /** A fourth of the variable `name`, a multiple of 4. */
  | { readonly kind: 'fourth'; readonly name: string }
  /** Which of four neighbours: known where code is written for one of them, and a variable to all rules. */
  | { readonly kind: 'lane'; readonly lane: number }
  /** floor(x / by) % modulo, or without `modulo` all of floor(x / by). */
  | { readonly kind: 'digit'; readonly x: Index; readonly by: number; readonly modulo: number | undefined }
  /** x, of which is known that it lies in [0, bound), though its summands do not say so. */
  | { readonly kind: 'inside'; readonly x: Index }
);

/** True where every sum lies in [from, from + count). */
export type Condition = readonly { readonly x: Index; readonly from: number; readonly count: number }[];

class Sum implements Index {
  private text: string | undefined;

  constructor(
    readonly constant: number,
    readonly terms: readonly IndexTerm[],
    readonly bound: number,
  ) {}

  /** Most sums are never asked for it. */
  get key(): string {
    this.text ??= [...this.terms.map(({ factor, atom }) => `${factor}*${atom.key}`), this.constant].join('+');
    return this.text;
  }
}

const inOrder = (a: IndexTerm, b: IndexTerm): number => b.factor - a.factor || (a.atom.key < b.atom.key ? -1 : 1);

function sumOf(constant: number, terms: readonly IndexTerm[]): Index {
  const sorted = terms.length > 1 ? [...terms].sort(inOrder) : terms;
  const bound = sorted.reduce((n, { factor, atom }) => n + factor * (atom.bound - 1), constant + 1);
  return new Sum(constant, sorted, Math.max(1, bound));
}

const ofAtom = (atom: Atom): Index => sumOf(0, [{ factor: 1, atom }]);

export const constantIndex = (n: number): Index => sumOf(n, []);

/** A variable, or any other expression that a backend knows by that name, known to be below `bound`. */
export const variable = (name: string, bound: number): Index =>
  bound <= 1 ? constantIndex(0) : ofAtom({ kind: 'variable', key: `${name}<${bound}`, name, bound });

/** Element `lane` of the four that begin at the variable `name`, a multiple of 4; all of them lie below `bound`. */
export const quadVariable = (name: string, lane: number, bound: number): Index => {
  const fourth = { kind: 'fourth', key: `${name}<${bound}/4`, name, bound: Math.ceil(bound / 4) } as const;
  const own = { kind: 'lane', key: `lane ${lane}`, lane, bound: 4 } as const;
  return sumOf(0, [...(bound <= 4 ? [] : [{ factor: 4, atom: fourth }]), { factor: 1, atom: own }]);
};

const scaled = (x: Index, n: number): IndexTerm[] => x.terms.map(({ factor, atom }) => ({ factor: factor * n, atom }));

/** The sum of terms, with equal atoms joined and digits that belong together put together again. */
function sumOfTerms(constant: number, terms: readonly IndexTerm[]): Index {
  const factors = new Map<string, IndexTerm>();
  for (const { factor, atom } of terms) {
    factors.set(atom.key, { factor: factor + (factors.get(atom.key)?.factor ?? 0), atom });
  }
  const digits = [...factors.values()].filter(({ atom }) => atom.kind === 'digit');
  for (const low of digits.length > 1 ? digits : []) {
    if (low.atom.kind !== 'digit' || low.atom.modulo === undefined) continue;
    const { x, by, modulo } = low.atom;
    // n·(x / (by·n) % m) + x / by % n = x / by % (n·m)
    const high = digits.find(
      ({ factor, atom }) =>
        atom.kind === 'digit' && atom.by === by * modulo && factor === low.factor * modulo && atom.x.key === x.key,
    );
    if (high?.atom.kind !== 'digit') continue;
    const whole = digit(x, by, high.atom.modulo && modulo * high.atom.modulo);
    const others = [...factors.values()].filter((term) => term !== low && term !== high);
    return sumOfTerms(constant + whole.constant * low.factor, [...others, ...scaled(whole, low.factor)]);
  }
  return sumOf(constant, [...factors.values()]);
}

export const add = (a: Index, b: Index): Index => sumOfTerms(a.constant + b.constant, [...a.terms, ...b.terms]);

export const multiply = (x: Index, n: number): Index =>
  n === 0 ? constantIndex(0) : sumOf(x.constant * n, scaled(x, n));

/** x, of which the caller knows that it lies in [0, bound) wherever what it reaches is used. */
export function inside(x: Index, bound: number): Index {
  if (x.constant >= 0 && x.bound <= bound) return x;
  if (bound === 1) return constantIndex(0);
  return ofAtom({ kind: 'inside', key: `[${x.key}]<${bound}`, x, bound });
}

/** x without what is known of its summands: what stands inside a pad is a sum like any other where it is computed. */
export function flattened(x: Index): Index {
  const parts = x.terms.map(({ factor, atom }) =>
    atom.kind === 'inside' ? multiply(flattened(atom.x), factor) : undefined,
  );
  if (parts.every((part) => part === undefined)) return x;
  return sumOfTerms(
    parts.reduce((sum, part) => sum + (part?.constant ?? 0), x.constant),
    x.terms.flatMap((term, i) => parts[i]?.terms ?? [term]),
  );
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** x = n·quotient + rest: what n divides, and the rest, whose constant lies in [0, n). */
function split(x: Index, n: number): { quotient: Index; rest: Index } {
  const divides = ({ factor }: IndexTerm): boolean => factor % n === 0;
  const high = Math.floor(x.constant / n);
  return {
    quotient: sumOf(
      high,
      x.terms.filter(divides).map(({ factor, atom }) => ({ factor: factor / n, atom })),
    ),
    rest: sumOf(
      x.constant - n * high,
      x.terms.filter((term) => !divides(term)),
    ),
  };
}

/** Numbers above 1 that `n` and some of the factors have in common, largest first. */
function commonFactors(x: Index, n: number): number[] {
  const found = new Set<number>();
  for (const { factor } of x.terms) for (const g of [n, ...found]) found.add(gcd(g, factor));
  found.delete(1);
  return [...found].sort((a, b) => b - a);
}

/**
 * x as g·high + low with g > 1 a divisor of n and low in [0, g): then x / n = high / (n / g), and
 * x % n = g·(high % (n / g)) + low.
 */
function factored(x: Index, n: number): { g: number; high: Index; low: Index } | undefined {
  for (const g of commonFactors(x, n)) {
    const { quotient, rest } = split(x, g);
    if (rest.bound <= g) return { g, high: quotient, low: rest };
  }
  return undefined;
}

/** The atom of a sum that is that atom. */
const loneAtom = (x: Index): Atom | undefined =>
  x.constant === 0 && x.terms.length === 1 && x.terms[0]!.factor === 1 ? x.terms[0]!.atom : undefined;

function digit(x: Index, by: number, modulo: number | undefined): Index {
  const count = Math.floor((x.bound - 1) / by) + 1;
  const needed = modulo !== undefined && modulo < count ? modulo : undefined;
  if (by === 1 && needed === undefined) return x;
  const bound = Math.min(count, needed ?? count);
  if (bound <= 1) return constantIndex(0);
  return ofAtom({ kind: 'digit', key: `(${x.key})/${by}%${needed ?? ''}`, x, by, modulo: needed, bound });
}

/** floor(x / n): exact where the summands that n does not divide leave a rest below n, as (6·i + r) / 6 = i. */
export function divide(x: Index, n: number): Index {
  if (n === 1) return x;
  const { quotient, rest } = split(x, n);
  if (rest.bound <= n) return quotient;
  if (quotient.constant !== 0 || quotient.terms.length > 0) return add(quotient, divide(rest, n));
  const parts = factored(rest, n);
  if (parts) return divide(parts.high, n / parts.g);
  const atom = loneAtom(rest);
  if (atom?.kind === 'digit') {
    const { x: inner, by, modulo } = atom;
    if (modulo === undefined) return digit(inner, by * n, undefined);
    if (modulo % n === 0) return digit(inner, by * n, modulo / n);
  }
  return digit(rest, n, undefined);
}

/** x % n: exact where the summands that n does not divide leave a rest below n, as (6·i + r) % 6 = r. */
export function remainder(x: Index, n: number): Index {
  const { rest } = split(x, n);
  if (rest.bound <= n) return rest;
  const parts = factored(rest, n);
  if (parts) return add(multiply(remainder(parts.high, n / parts.g), parts.g), parts.low);
  const atom = loneAtom(rest);
  if (atom?.kind === 'digit' && (atom.modulo === undefined || atom.modulo % n === 0)) return digit(atom.x, atom.by, n);
  return digit(rest, 1, n);
}

/** True where the value of the atom depends on which of four neighbours it is computed for. */
const hasLane = (atom: Atom): boolean =>
  atom.kind === 'lane' || ((atom.kind === 'digit' || atom.kind === 'inside') && dependsOnLane(atom.x));

export const dependsOnLane = (x: Index): boolean => x.terms.some(({ atom }) => hasLane(atom));

/** What one more of `name` adds to x (`lane` for the next of four neighbours); undefined where it is in a digit. */
export function factorOf(x: Index, name: string): number | undefined {
  let sum = 0;
  for (const { factor, atom } of x.terms) {
    if (atom.kind === 'digit' && mentions(atom.x, name)) return undefined;
    const own = atom.kind === 'inside' ? factorOf(atom.x, name) : stepOf(atom, name);
    if (own === undefined) return undefined;
    sum += factor * own;
  }
  return sum;
}

function stepOf(atom: Atom, name: string): number {
  if (atom.kind === 'lane') return name === 'lane' ? 1 : 0;
  if (atom.kind !== 'variable' && atom.kind !== 'fourth') return 0;
  return atom.name !== name ? 0 : atom.kind === 'variable' ? 1 : 1 / 4;
}

const mentions = (x: Index, name: string): boolean =>
  x.terms.some(({ atom }) =>
    atom.kind === 'digit' || atom.kind === 'inside' ? mentions(atom.x, name) : stepOf(atom, name) > 0,
  );

/** Four neighbours: where they begin, in vectors of four, and which of them `x` is; undefined where they lie otherwise. */
export function quadOf(x: Index): { readonly quad: Index; readonly offset: number } | undefined {
  if (factorOf(x, 'lane') !== 1) return undefined;
  const { constant, terms } = flattened(x);
  const lane = terms.find(({ atom }) => atom.kind === 'lane')?.atom;
  if (lane?.kind !== 'lane') return undefined;
  const others = terms.filter(({ atom }) => atom !== lane);
  if (others.some(({ factor }) => factor % 4 !== 0)) return undefined;
  const first = constant + lane.lane;
  const offset = first - 4 * Math.floor(first / 4);
  return {
    quad: sumOf(
      (first - offset) / 4,
      others.map(({ factor, atom }) => ({ factor: factor / 4, atom })),
    ),
    offset,
  };
}

/** x in [from, from + count), where that is not known. */
function within(x: Index, from: number, count: number): Condition {
  if (from <= Math.max(0, x.constant) && x.bound <= from + count) return [];
  // Edges at multiples of g are the same for all of a stretch of g.
  for (const g of commonFactors(x, gcd(from, count))) {
    const { quotient, rest } = split(x, g);
    if (rest.bound <= g) return [{ x: multiply(quotient, g), from, count }];
  }
  return [{ x, from, count }];
}

export const indexArithmetic: IndexArithmetic<Index, Condition> = {
  constant: constantIndex,
  add,
  multiply,
  divide,
  remainder,
  within,
  and: (a, b) => [...a, ...b],
  inside: (x, from, count) => inside(add(x, constantIndex(-from)), count),
};
