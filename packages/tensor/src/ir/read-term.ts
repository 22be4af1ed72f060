import type { DType, TermType } from './dtype';
import type { BinaryOp, CompareOp, UnaryOp } from './scalar-ops';
import { subterms, type Term, termChildren } from './term';

/** A reading of the operations that terms are made of. */
export interface ScalarReading<E> {
  /** Of a bool, 0 is false. An infinite f32 may be the largest number there is. */
  constant(value: number, type: TermType): E;
  /** Of an f32. */
  unary(op: UnaryOp, x: E): E;
  /** @param type of the operands, as below */
  binary(op: BinaryOp, type: DType, x: E, y: E): E;
  compare(op: CompareOp, type: TermType, x: E, y: E): E;
  select(condition: E, yes: E, no: E): E;
  /** Converts the value to `type`, from the other one; see `toU32`. */
  cast(x: E, type: DType): E;
}

/** What a term stands on. */
export interface TermLeaves<E> {
  arg(index: number): E;
  scalar(name: string): E;
  coord(axis: number): E;
  /** Computes a value that is used more than once. */
  bind(x: E): E;
}

/** One element of a map. Shared sub-terms are computed once, children first. */
export function readTerm<E>(root: Term, reading: ScalarReading<E>, leaves: TermLeaves<E>): E {
  const order = subterms(root);
  const uses = new Map<Term, number>();
  for (const t of order) for (const child of termChildren(t)) uses.set(child, (uses.get(child) ?? 0) + 1);
  const read = new Map<Term, E>();
  for (const t of order) {
    const made = readOne(t, (x) => read.get(x)!, reading, leaves);
    const shared = (uses.get(t) ?? 0) > 1 && termChildren(t).length > 0;
    read.set(t, shared ? leaves.bind(made) : made);
  }
  return read.get(root)!;
}

function readOne<E>(t: Term, of: (t: Term) => E, reading: ScalarReading<E>, leaves: TermLeaves<E>): E {
  switch (t.kind) {
    case 'const':
      return reading.constant(t.value, t.type);
    case 'arg':
      return leaves.arg(t.index);
    case 'scalar':
      return leaves.scalar(t.name);
    case 'coord':
      return leaves.coord(t.axis);
    case 'unary':
      return reading.unary(t.op, of(t.x));
    case 'binary':
      // No operation is of bools, see `binary` of ir/term.
      return reading.binary(t.op, t.x.type as DType, of(t.x), of(t.y));
    case 'compare':
      return reading.compare(t.op, t.x.type, of(t.x), of(t.y));
    case 'select':
      return reading.select(of(t.cond), of(t.yes), of(t.no));
    case 'cast':
      return reading.cast(of(t.x), t.type as DType);
  }
}
