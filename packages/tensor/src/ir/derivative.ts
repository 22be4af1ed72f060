import type { BinaryOp, UnaryOp } from './scalar-ops';
import { binary, compare, constant, select, type Term, type TermLike, unary } from './term';

const add = (x: TermLike, y: TermLike): Term => binary('add', x, y);
const sub = (x: TermLike, y: TermLike): Term => binary('sub', x, y);
const mul = (x: TermLike, y: TermLike): Term => binary('mul', x, y);
const div = (x: TermLike, y: TermLike): Term => binary('div', x, y);
const zero = constant(0);

/** dy/dx of each unary operation, from x and y = op(x). */
const unaryRules: Record<UnaryOp, (x: Term, y: Term) => TermLike> = {
  neg: () => -1,
  abs: (x) => unary('sign', x),
  sign: () => 0,
  floor: () => 0,
  exp: (_, y) => y,
  log: (x) => div(1, x),
  sqrt: (_, y) => div(0.5, y),
  rsqrt: (x, y) => div(mul(-0.5, y), x),
  tanh: (_, y) => sub(1, mul(y, y)),
  erf: (x) => mul(2 / Math.sqrt(Math.PI), unary('exp', unary('neg', mul(x, x)))),
};

/** Total derivative of each binary operation, given dx and dy. At a tie, min and max pass the gradient to x. */
const binaryRules: Record<BinaryOp, (x: Term, y: Term, dx: Term, dy: Term, out: Term) => TermLike> = {
  add: (_x, _y, dx, dy) => add(dx, dy),
  sub: (_x, _y, dx, dy) => sub(dx, dy),
  mul: (x, y, dx, dy) => add(mul(dx, y), mul(x, dy)),
  div: (_x, y, dx, dy, out) => sub(div(dx, y), div(mul(out, dy), y)),
  min: (x, y, dx, dy) => select(compare('le', x, y), dx, dy),
  max: (x, y, dx, dy) => select(compare('ge', x, y), dx, dy),
  rem: (_x, _y, dx) => dx,
};

/** Symbolic partial derivative of `root` with respect to argument `index`. Integers and casts carry none. */
export function derivative(root: Term, index: number): Term {
  const done = new Map<Term, Term>();
  const d = (t: Term): Term => {
    const known = done.get(t);
    if (known) return known;
    const result = rule(t);
    done.set(t, result);
    return result;
  };
  const rule = (t: Term): Term => {
    if (t.type !== 'f32') return zero;
    switch (t.kind) {
      case 'arg':
        return t.index === index ? constant(1) : zero;
      case 'unary': {
        const dx = d(t.x);
        return dx === zero ? zero : mul(dx, unaryRules[t.op](t.x, t));
      }
      case 'binary': {
        const [dx, dy] = [d(t.x), d(t.y)];
        if (dx === zero && dy === zero) return zero;
        const result = binaryRules[t.op](t.x, t.y, dx, dy, t);
        return typeof result === 'number' ? constant(result) : result;
      }
      case 'select':
        return select(t.cond, d(t.yes), d(t.no));
      default:
        return zero;
    }
  };
  return d(root);
}
