import { type DType, LARGEST_U32, type TermType, toU32 } from './dtype';
import { type BinaryOp, binaryOps, type CompareOp, compareOps, type UnaryOp, unaryOps } from './scalar-ops';

/**
 * A scalar term: what one element of a map computes. Terms are interned: equal terms are the same object, so sharing
 * inside a term is visible to every reader.
 */
export type Term = { readonly id: number; readonly type: TermType } & (
  | { readonly kind: 'const'; readonly value: number }
  /** Element of the map's argument `index` at the output's coordinates. */
  | { readonly kind: 'arg'; readonly index: number }
  /** Number written before each run under this name. */
  | { readonly kind: 'scalar'; readonly name: string }
  /** Coordinate of the output element along `axis`. */
  | { readonly kind: 'coord'; readonly axis: number }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly x: Term }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly x: Term; readonly y: Term }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly x: Term; readonly y: Term }
  | { readonly kind: 'select'; readonly cond: Term; readonly yes: Term; readonly no: Term }
  /** Conversion of the value, see `toU32`. */
  | { readonly kind: 'cast'; readonly x: Term }
);

/** Numbers stand for constants wherever a term is expected, of the type of the term beside them, else f32. */
export type TermLike = Term | number;

type Body<T> = T extends Term ? Omit<T, 'id'> : never;

/** Terms that somebody holds. A term holds those in it, so whatever keys name by id lives as long as the key is needed. */
const interned = new Map<string, WeakRef<Term>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key);
});
let nextId = 0;

function intern(key: string, body: Body<Term>): Term {
  const found = interned.get(key)?.deref();
  if (found) return found;
  const made = { id: nextId++, ...body } as Term;
  interned.set(key, new WeakRef(made));
  collected.register(made, key);
  return made;
}

/** Terms that are remembered, those included whose collection was not noticed yet. */
export const rememberedTerms = (): number => interned.size;

/** @throws RangeError where a u32 cannot be `value` */
export function constant(value: number, type: TermType = 'f32'): Term {
  if (type === 'u32' && !(Number.isInteger(value) && value >= 0 && value <= LARGEST_U32)) {
    throw new RangeError(`${value} as a u32, expected a whole number from 0 to ${LARGEST_U32}; or cast to f32 first`);
  }
  const spelled = Object.is(value, -0) ? '-0' : String(value);
  return intern(`c${type}:${spelled}`, { kind: 'const', type, value });
}

export const arg = (index: number, type: DType = 'f32'): Term =>
  intern(`a${type}:${index}`, { kind: 'arg', type, index });
export const scalarTerm = (name: string): Term => intern(`s:${name}`, { kind: 'scalar', type: 'f32', name });
export const coord = (axis: number): Term => intern(`x:${axis}`, { kind: 'coord', type: 'u32', axis });

export const asTerm = (x: TermLike): Term => (typeof x === 'number' ? constant(x) : x);

const isConst = (t: Term, value?: number): boolean => t.kind === 'const' && (value === undefined || t.value === value);
const constValue = (t: Term): number => (t as Extract<Term, { kind: 'const' }>).value;

export function unary(op: UnaryOp, like: TermLike): Term {
  const x = asTerm(like);
  if (x.type !== 'f32') throw new TypeError(`an operand is ${x.type}, expected f32`);
  if (isConst(x)) return constant(unaryOps[op].number(constValue(x)));
  if (op === 'neg' && x.kind === 'unary' && x.op === 'neg') return x.x;
  return intern(`u${op}:${x.id}`, { kind: 'unary', type: x.type, op, x });
}

export function binary(op: BinaryOp, a: TermLike, b: TermLike): Term {
  const [x, y] = matchTypes(a, b);
  if (x.type === 'bool') throw new TypeError('operands are bool, expected f32 or u32');
  if (isConst(x) && isConst(y)) {
    const { number, u32 } = binaryOps[op];
    return constant((x.type === 'u32' ? u32 : number)(constValue(x), constValue(y)), x.type);
  }
  if (x.type === 'u32' && isConst(y, 0) && (op === 'div' || op === 'rem'))
    throw new RangeError('a u32 is divided by 0');
  if (x.type === 'f32') {
    if (op === 'add') {
      if (isConst(x, 0)) return y;
      if (isConst(y, 0)) return x;
      if (y.kind === 'unary' && y.op === 'neg') return binary('sub', x, y.x);
    }
    if (op === 'sub') {
      if (isConst(y, 0)) return x;
      if (isConst(x, 0)) return unary('neg', y);
    }
    if (op === 'mul') {
      if (isConst(x, 0) || isConst(y, 0)) return constant(0);
      if (isConst(x, 1)) return y;
      if (isConst(y, 1)) return x;
      if (isConst(x, -1)) return unary('neg', y);
      if (isConst(y, -1)) return unary('neg', x);
    }
    if (op === 'div' && isConst(y, 1)) return x;
    if (op === 'div' && isConst(x, 0)) return x;
  }
  return intern(`b${op}:${x.id},${y.id}`, { kind: 'binary', type: x.type, op, x, y });
}

export function compare(op: CompareOp, a: TermLike, b: TermLike): Term {
  const [x, y] = matchTypes(a, b);
  if (isConst(x) && isConst(y)) return constant(compareOps[op].number(constValue(x), constValue(y)) ? 1 : 0, 'bool');
  return intern(`p${op}:${x.id},${y.id}`, { kind: 'compare', type: 'bool', op, x, y });
}

export function select(cond: Term, a: TermLike, b: TermLike): Term {
  if (cond.type !== 'bool') throw new TypeError(`the condition is ${cond.type}; compare first`);
  const [yes, no] = matchTypes(a, b);
  if (yes === no) return yes;
  if (isConst(cond)) return constValue(cond) ? yes : no;
  return intern(`i${cond.id},${yes.id},${no.id}`, { kind: 'select', type: yes.type, cond, yes, no });
}

export function cast(x: Term, type: DType): Term {
  if (x.type === type) return x;
  if (x.type === 'bool') return select(x, constant(1, type), constant(0, type));
  if (isConst(x)) return constant(type === 'u32' ? toU32(constValue(x)) : constValue(x), type);
  return intern(`t${type}:${x.id}`, { kind: 'cast', type, x });
}

/** A plain number takes the type of the term beside it. */
function matchTypes(a: TermLike, b: TermLike): [Term, Term] {
  const x = typeof a === 'number' && typeof b !== 'number' ? constant(a, b.type) : asTerm(a);
  const y = typeof b === 'number' && typeof a !== 'number' ? constant(b, a.type) : asTerm(b);
  if (x.type !== y.type) throw new TypeError(`operands are ${x.type} and ${y.type}; cast one of them`);
  return [x, y];
}

/** Direct sub-terms. */
export function termChildren(t: Term): readonly Term[] {
  switch (t.kind) {
    case 'unary':
    case 'cast':
      return [t.x];
    case 'binary':
    case 'compare':
      return [t.x, t.y];
    case 'select':
      return [t.cond, t.yes, t.no];
    default:
      return [];
  }
}

/** Every distinct sub-term, children first. */
export function subterms(root: Term): Term[] {
  const seen = new Set<Term>();
  const visit = (t: Term): void => {
    if (seen.has(t)) return;
    for (const child of termChildren(t)) visit(child);
    seen.add(t);
  };
  visit(root);
  return [...seen];
}

/** The term with each leaf (const, arg, scalar, coord) replaced by what `leaf` returns. */
export function substitute(root: Term, leaf: (t: Term) => Term): Term {
  const done = new Map<Term, Term>();
  const visit = (t: Term): Term => {
    const known = done.get(t);
    if (known) return known;
    const result = rebuild(t, visit, leaf);
    done.set(t, result);
    return result;
  };
  return visit(root);
}

function rebuild(t: Term, visit: (t: Term) => Term, leaf: (t: Term) => Term): Term {
  switch (t.kind) {
    case 'unary':
      return unary(t.op, visit(t.x));
    case 'binary':
      return binary(t.op, visit(t.x), visit(t.y));
    case 'compare':
      return compare(t.op, visit(t.x), visit(t.y));
    case 'select':
      return select(visit(t.cond), visit(t.yes), visit(t.no));
    case 'cast':
      return cast(visit(t.x), t.type as DType);
    default:
      return leaf(t);
  }
}

/** A term as a short expression, for people. */
export function printTerm(t: Term): string {
  switch (t.kind) {
    case 'const':
      return String(t.value);
    case 'arg':
      return `$${t.index}`;
    case 'scalar':
      return t.name;
    case 'coord':
      return `@${t.axis}`;
    case 'unary':
      return `${t.op}(${printTerm(t.x)})`;
    case 'binary':
    case 'compare':
      return `${t.op}(${printTerm(t.x)}, ${printTerm(t.y)})`;
    case 'select':
      return `select(${printTerm(t.cond)}, ${printTerm(t.yes)}, ${printTerm(t.no)})`;
    default:
      return `${t.kind}<${t.type}>(${printTerm(t.x)})`;
  }
}
