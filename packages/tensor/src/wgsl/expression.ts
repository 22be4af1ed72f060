import type { IndexArithmetic } from '../ir/view';

/** A u32 WGSL expression, its value where it is constant, and an exclusive upper bound where one is known. */
export interface Expression {
  readonly text: string;
  readonly value?: number;
  readonly bound: number;
}

export const number = (n: number): Expression => ({ text: `${n}u`, value: n, bound: n + 1 });
/** A variable known to be below `bound`. */
export const variable = (text: string, bound = 2 ** 32): Expression => ({ text, bound });

/** Index arithmetic as WGSL text. Bounds let divisions and remainders that change nothing vanish. */
export const expressionArithmetic: IndexArithmetic<Expression> = {
  constant: number,
  add(a, b) {
    if (a.value !== undefined && b.value !== undefined) return number(a.value + b.value);
    if (a.value === 0) return b;
    if (b.value === 0) return a;
    return { text: `(${a.text} + ${b.text})`, bound: a.bound + b.bound - 1 };
  },
  subtract(a, n) {
    if (n === 0) return a;
    return a.value !== undefined ? number(a.value - n) : { text: `(${a.text} - ${n}u)`, bound: a.bound - n };
  },
  multiply(a, n) {
    if (a.value !== undefined) return number(a.value * n);
    if (n === 1) return a;
    return n === 0 ? number(0) : { text: `(${a.text} * ${n}u)`, bound: (a.bound - 1) * n + 1 };
  },
  divide(a, n) {
    if (a.value !== undefined) return number(Math.floor(a.value / n));
    if (n === 1) return a;
    return a.bound <= n ? number(0) : { text: `(${a.text} / ${n}u)`, bound: Math.floor((a.bound - 1) / n) + 1 };
  },
  remainder(a, n) {
    if (a.value !== undefined) return number(a.value % n);
    if (n === 1) return number(0);
    return a.bound <= n ? a : { text: `(${a.text} % ${n}u)`, bound: n };
  },
  within(a, n, m) {
    const tests = [...(n > 0 ? [`${a.text} >= ${n}u`] : []), ...(a.bound > m ? [`${a.text} < ${m}u`] : [])];
    return { text: `(${tests.join(' && ') || 'true'})`, bound: 2 };
  },
  and: (a, b) => ({ text: `(${a.text} && ${b.text})`, bound: 2 }),
  orZero: (cond, a) => ({ text: `select(0u, ${a.text}, ${cond.text})`, bound: a.bound }),
};
