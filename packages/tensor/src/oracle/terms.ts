import { toU32 } from '../ir/dtype';
import { binaryOps, compareOps, unaryOps } from '../ir/scalar-ops';
import { subterms, type Term } from '../ir/term';

export interface TermInputs {
  readonly args: readonly Float64Array[];
  readonly size: number;
  scalar(name: string): number;
  /** Coordinates of every element along an axis. */
  coords(axis: number): Float64Array;
  /** Rounds after each operation: identity, or `Math.fround`. */
  round(x: number): number;
}

type Value = Float64Array | number;

/** Every element of a term, one operation at a time over whole arrays. Truth values are 0 and 1. */
export function evaluateTerm(root: Term, inputs: TermInputs): Float64Array {
  const values = new Map<Term, Value>();
  for (const t of subterms(root))
    values.set(
      t,
      step(t, (x) => values.get(x)!, inputs),
    );
  const result = values.get(root)!;
  return typeof result === 'number' ? new Float64Array(inputs.size).fill(result) : result;
}

function step(t: Term, get: (t: Term) => Value, inputs: TermInputs): Value {
  const round = t.type === 'f32' ? inputs.round : (x: number): number => x;
  switch (t.kind) {
    case 'const':
      return round(t.value);
    case 'arg':
      return inputs.args[t.index]!;
    case 'scalar':
      return round(inputs.scalar(t.name));
    case 'coord':
      return inputs.coords(t.axis);
    case 'unary': {
      const f = unaryOps[t.op].number;
      return lift1(get(t.x), (x) => round(f(x)));
    }
    case 'binary': {
      const { number, u32 } = binaryOps[t.op];
      if (t.type === 'u32') return lift2(get(t.x), get(t.y), u32);
      return lift2(get(t.x), get(t.y), (x, y) => round(number(x, y)));
    }
    case 'compare': {
      const f = compareOps[t.op].number;
      return lift2(get(t.x), get(t.y), (x, y) => (f(x, y) ? 1 : 0));
    }
    case 'select': {
      const [cond, yes, no] = [get(t.cond), get(t.yes), get(t.no)];
      if (typeof cond === 'number') return cond ? yes : no;
      const at = (v: Value, i: number): number => (typeof v === 'number' ? v : v[i]!);
      return cond.map((c, i) => (c ? at(yes, i) : at(no, i)));
    }
    case 'cast':
      return lift1(get(t.x), t.type === 'f32' ? round : toU32);
  }
}

function lift1(x: Value, f: (x: number) => number): Value {
  if (typeof x === 'number') return f(x);
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = f(x[i]!);
  return out;
}

function lift2(x: Value, y: Value, f: (x: number, y: number) => number): Value {
  if (typeof x === 'number') return typeof y === 'number' ? f(x, y) : lift1(y, (v) => f(x, v));
  if (typeof y === 'number') return lift1(x, (v) => f(v, y));
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = f(x[i]!, y[i]!);
  return out;
}
