import type { IndexArithmetic } from '../ir/view';

/**
 * What is known of an index in a kernel whose invocations take four neighbouring elements, j = 0 to 3: its value is
 * `base` + `offset` with `base` a multiple of 4 that is the same for all four, and it grows by `step` from j to j + 1.
 */
export interface Quad {
  readonly base: string;
  readonly offset: number;
  readonly step: number;
}

/** A u32 WGSL expression, its value where it is constant, and an exclusive upper bound where one is known. */
export interface Expression {
  readonly text: string;
  readonly value?: number;
  readonly bound: number;
  readonly quad?: Quad;
}

export const number = (n: number): Expression => ({ text: `${n}u`, value: n, bound: n + 1 });
/** A variable known to be below `bound`. */
export const variable = (text: string, bound = 2 ** 32): Expression => ({ text, bound });
/** Element j of the four that begin at the variable `base`, a multiple of 4. */
export const quadVariable = (base: string, j: number, bound = 2 ** 32): Expression => ({
  text: plus(base, j),
  bound,
  quad: { base, offset: j, step: 1 },
});

const plus = (text: string, n: number): string => (n === 0 ? text : `(${text} + ${n}u)`);

/** Constants are a multiple of 4 and a rest. */
function quadOf(a: Expression): Quad | undefined {
  if (a.value === undefined) return a.quad;
  return { base: `${a.value - (a.value % 4)}u`, offset: a.value % 4, step: 0 };
}

function sum(a: Expression, b: Expression): Quad | undefined {
  const [left, right] = [quadOf(a), quadOf(b)];
  if (!left || !right) return undefined;
  const offset = left.offset + right.offset;
  const bases = [left.base, right.base, `${offset - (offset % 4)}u`].filter((base) => base !== '0u');
  const base = bases.length > 1 ? `(${bases.join(' + ')})` : (bases[0] ?? '0u');
  return { base, offset: offset % 4, step: left.step + right.step };
}

function product(a: Expression, n: number, text: string): Quad | undefined {
  const quad = quadOf(a);
  if (n % 4 === 0) return { base: text, offset: 0, step: (quad?.step ?? 0) * n };
  return undefined;
}

const withQuad = (e: Expression, quad: Quad | undefined): Expression => (quad ? { ...e, quad } : e);

/** Index arithmetic as WGSL text. Bounds let divisions and remainders that change nothing vanish. */
export const expressionArithmetic: IndexArithmetic<Expression> = {
  constant: number,
  add(a, b) {
    if (a.value !== undefined && b.value !== undefined) return number(a.value + b.value);
    if (a.value === 0) return b;
    if (b.value === 0) return a;
    return withQuad({ text: `(${a.text} + ${b.text})`, bound: a.bound + b.bound - 1 }, sum(a, b));
  },
  subtract(a, n) {
    if (n === 0) return a;
    // Below 0 no result is used.
    if (a.value !== undefined) return number(Math.max(0, a.value - n));
    const text = `(${a.text} - ${n}u)`;
    const quad = a.quad && n % 4 === 0 ? { ...a.quad, base: `(${a.quad.base} - ${n}u)` } : undefined;
    return withQuad({ text, bound: Math.max(1, a.bound - n) }, quad);
  },
  multiply(a, n) {
    if (a.value !== undefined) return number(a.value * n);
    if (n === 1) return a;
    if (n === 0) return number(0);
    const text = `(${a.text} * ${n}u)`;
    return withQuad({ text, bound: (a.bound - 1) * n + 1 }, product(a, n, text));
  },
  divide(a, n) {
    if (a.value !== undefined) return number(Math.floor(a.value / n));
    if (n === 1) return a;
    if (a.bound <= n) return number(0);
    // The four elements of a quad lie in one stretch of n where n is a multiple of 4.
    const text = a.quad && n % 4 === 0 ? a.quad.base : a.text;
    return { text: `(${text} / ${n}u)`, bound: Math.floor((a.bound - 1) / n) + 1 };
  },
  remainder(a, n) {
    if (a.value !== undefined) return number(a.value % n);
    if (n === 1) return number(0);
    if (a.bound <= n) return a;
    if (!a.quad || n % 4 !== 0) return { text: `(${a.text} % ${n}u)`, bound: n };
    const base = `(${a.quad.base} % ${n}u)`;
    return { text: plus(base, a.quad.offset), bound: n, quad: { ...a.quad, base } };
  },
  within(a, n, m) {
    const tests = [...(n > 0 ? [`${a.text} >= ${n}u`] : []), ...(a.bound > m ? [`${a.text} < ${m}u`] : [])];
    return { text: `(${tests.join(' && ') || 'true'})`, bound: 2 };
  },
  and: (a, b) => ({ text: `(${a.text} && ${b.text})`, bound: 2 }),
  orZero: (cond, a) => ({ text: `select(0u, ${a.text}, ${cond.text})`, bound: a.bound }),
};
