// Reference: the same index maps in plain numbers, and sums, floors and remainders of whole numbers; WGSL by its grammar.
import { describe, expect, it } from 'vitest';
import {
  add,
  type Condition,
  constantIndex,
  divide,
  factorOf,
  type Index,
  indexArithmetic,
  multiply,
  quadOf,
  quadVariable,
  remainder,
  variable,
} from '../../ir/index-value';
import { children, reachable, type Tensor } from '../../ir/tensor';
import { numberArithmetic, ravel, unravel, viewSource } from '../../ir/view';
import { ElementIndex } from '../../lower/index-form';
import { threefry2x32 } from '../../random/threefry';
import { operationCases } from '../../testing/cases';
import { differentiated } from '../../testing/kernel-case';
import { evaluateU32 } from '../../testing/u32-text';
import { conditionText, indexText, operandText } from './index-text';

type ViewTensor = Tensor & { readonly node: Extract<Tensor['node'], { kind: 'view' }> };
const isView = (t: Tensor): t is ViewTensor => t.node.kind === 'view';

/** Every chain of views of an operation, of its expansion and of their gradients: its last view. */
function chainsOf(name: string): ViewTensor[] {
  const { shapes, build } = operationCases[name]!;
  const next = (t: Tensor): readonly Tensor[] =>
    t.node.kind === 'named' ? [...t.node.call.xs, ...t.node.call.expansion] : children(t);
  const all = reachable(Object.values(differentiated(shapes, build).graph.outputs), next);
  const inner = new Set(all.flatMap((t) => (isView(t) && isView(t.node.x) ? [t.node.x] : [])));
  return all.filter((t): t is ViewTensor => isView(t) && !inner.has(t as ViewTensor));
}

/** Where element `i` comes from, in numbers; undefined where a pad is around it. */
function sourceOf(t: Tensor, i: number): number | undefined {
  if (!isView(t)) return i;
  const { view, x } = t.node;
  const { coords, valid } = viewSource(view, x.shape, unravel(i, t.shape, numberArithmetic), numberArithmetic);
  return valid === false ? undefined : sourceOf(x, ravel(coords, x.shape, numberArithmetic));
}

/** The same as values: the index at the end of the chain, and what every pad on the way asks, outer ones first. */
function valuesOf(t: Tensor, index: ElementIndex, asked: readonly Condition[] = []): [Index, readonly Condition[]] {
  if (!isView(t)) return [index.linear, asked];
  const { view, x } = t.node;
  if (view.kind === 'reshape') return valuesOf(x, index.reshaped(x.shape), asked);
  const { coords, valid } = viewSource(view, x.shape, index.coords, indexArithmetic);
  return valuesOf(x, ElementIndex.at(x.shape, coords), valid ? [...asked, valid] : asked);
}

const isValid = (asked: readonly Condition[], names: Record<string, number>): boolean =>
  asked.every((condition) => evaluateU32(conditionText(condition), names) === 1);

describe('every chain of views leads where numbers lead', () => {
  const names = Object.keys(operationCases).filter((name) => chainsOf(name).length > 0);
  it('and there are many of them', () => {
    expect(names.length).toBeGreaterThan(20);
  });
  it.each(names)('%s', (name) => {
    for (const t of chainsOf(name)) {
      const [index, asked] = valuesOf(t, ElementIndex.linear(t.shape, variable('i', t.size)));
      for (let i = 0; i < t.size; i++) {
        const valid = isValid(asked, { i });
        expect(valid ? evaluateU32(indexText(index), { i }) : undefined, `element ${i}`).toBe(sourceOf(t, i));
      }
      if (t.size % 4 !== 0) continue;
      for (let i = 0; i < t.size; i++) {
        const first = i - (i % 4);
        const [own, tests] = valuesOf(t, ElementIndex.linear(t.shape, quadVariable('first', i % 4, t.size)));
        expect(isValid(tests, { first }), `element ${i} of a quad`).toBe(sourceOf(t, i) !== undefined);
        const four = quadOf(own);
        if (sourceOf(t, i) === undefined || !four) continue;
        expect(4 * evaluateU32(indexText(four.quad), { first }) + four.offset).toBe(sourceOf(t, i));
      }
    }
  });
});

describe('rules', () => {
  const [i, r] = [variable('i', 100), variable('r', 6)];
  const sum = add(multiply(i, 6), r);
  it.each([
    [divide(sum, 6), 'i'],
    [remainder(sum, 6), 'r'],
    [divide(sum, 12), 'i / 2u'],
    [remainder(sum, 12), 'i % 2u * 6u + r'],
    [divide(sum, 4), '(i * 6u + r) / 4u'],
    [divide(divide(i, 3), 4), 'i / 12u'],
    [remainder(remainder(i, 12), 4), 'i % 4u'],
    [divide(remainder(i, 12), 4), 'i / 4u % 3u'],
    [remainder(r, 6), 'r'],
    [divide(r, 6), '0u'],
    // Digits that belong together.
    [add(multiply(divide(i, 7), 7), remainder(i, 7)), 'i'],
    [add(multiply(remainder(divide(i, 7), 5), 14), multiply(remainder(i, 7), 2)), 'i % 35u * 2u'],
    [remainder(quadVariable('first', 1, 96), 12), 'first % 12u + 1u'],
    [divide(quadVariable('first', 1, 96), 12), 'first / 12u'],
    [remainder(quadVariable('first', 3, 96), 6), '(first + 3u) % 6u'],
  ])('%#: $1', (x, text) => {
    expect(indexText(x)).toBe(text);
  });

  it('unravel what was ravelled', () => {
    const shape = [5, 1, 7, 3];
    const coords = shape.map((n, axis) => variable(`x${axis}`, n));
    const back = unravel(ravel(coords, shape, indexArithmetic), shape, indexArithmetic);
    expect(back.map(indexText)).toEqual(['x0', '0u', 'x2', 'x3']);
    const again = ravel(unravel(variable('i', 105), shape, indexArithmetic), shape, indexArithmetic);
    expect(indexText(again)).toBe('i');
  });

  it('know what a step of a variable adds', () => {
    expect(factorOf(sum, 'i')).toBe(6);
    expect(factorOf(sum, 'k')).toBe(0);
    expect(factorOf(remainder(i, 7), 'i')).toBeUndefined();
    const four = multiply(quadVariable('first', 1, 96), 3);
    expect(['first', 'lane', 'i'].map((name) => factorOf(four, name))).toEqual([3, 3, 0]);
    expect(factorOf(divide(quadVariable('first', 1, 96), 12), 'first')).toBeUndefined();
    expect(factorOf(indexArithmetic.inside(add(i, multiply(r, 5)), 3, 90), 'r')).toBe(5);
  });
});

/** Whole numbers from 0 to below what is asked, the same for a seed. */
function drawing(seed: number): (below: number) => number {
  let counter = 0;
  return (below) => threefry2x32([seed, 7], [counter++, 0])[0] % below;
}

interface Sample {
  readonly x: Index;
  /** Its value, in numbers; undefined where something it stands on left the range it was said to lie in. */
  value(names: Record<string, number>): number | undefined;
}

const bounds = { a: 2, b: 3, c: 7, d: 12, e: 40 };
type Name = keyof typeof bounds;

/** A random index of nested sums, quotients, remainders and pads. */
function sample(draw: (below: number) => number, depth: number): Sample {
  if (depth === 0 || draw(8) === 0) {
    const name = (Object.keys(bounds) as Name[])[draw(5)]!;
    if (draw(5) > 0) return { x: variable(name, bounds[name]), value: (names) => names[name] };
    const n = draw(20);
    return { x: constantIndex(n), value: () => n };
  }
  const left = sample(draw, depth - 1);
  const n = [1, 2, 3, 4, 6, 7, 12, 24, 35][draw(9)]!;
  const of = (x: Index, f: (value: number, names: Record<string, number>) => number | undefined): Sample => ({
    x,
    value: (names) => {
      const value = left.value(names);
      return value === undefined ? undefined : f(value, names);
    },
  });
  switch (draw(6)) {
    case 0:
      return of(divide(left.x, n), (v) => Math.floor(v / n));
    case 1:
      return of(remainder(left.x, n), (v) => v % n);
    case 2:
      return of(multiply(left.x, n), (v) => v * n);
    case 3: {
      const from = draw(4);
      const x = indexArithmetic.inside(left.x, from, n);
      return of(x, (v) => (v >= from && v < from + n ? v - from : undefined));
    }
    default: {
      const right = sample(draw, depth - 1);
      return of(add(left.x, right.x), (v, names) => {
        const other = right.value(names);
        return other === undefined ? undefined : v + other;
      });
    }
  }
}

describe('random sums of quotients and remainders', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %d', (seed) => {
    const draw = drawing(seed);
    for (let round = 0; round < 25; round++) {
      const { x, value } = sample(draw, 4);
      const text = indexText(x);
      const from = draw(30);
      const count = 1 + draw(40);
      const test = conditionText(indexArithmetic.within(x, from, count));
      for (let trial = 0; trial < 40; trial++) {
        const names = Object.fromEntries(Object.entries(bounds).map(([name, bound]) => [name, draw(bound)]));
        const expected = value(names);
        if (expected === undefined) continue;
        expect(evaluateU32(text, names), `${text} at ${JSON.stringify(names)}`).toBe(expected);
        expect(expected).toBeLessThan(x.bound);
        expect(evaluateU32(`${operandText(x)} * 2u`, names)).toBe(2 * expected);
        expect(evaluateU32(test, names), test).toBe(Number(expected >= from && expected < from + count));
        const step = factorOf(x, 'e');
        const next = value({ ...names, e: names.e! + 1 });
        if (step !== undefined && next !== undefined && names.e! + 1 < bounds.e) expect(next - expected).toBe(step);
      }
    }
  });
});

describe('sums at the edge of what cancels', () => {
  // a·(n·m) + b·m + c with ranges that just fit, or just do not: all values of all of them.
  const edges = [-1, 0, 1].flatMap((over) => [-1, 0, 1].map((up) => [over, up] as const));
  it.each(edges)('b up to its place %d, c up to its place %d', (over, up) => {
    const [n, m, k] = [3, 4, 2];
    const sizes = { a: k, b: n + over, c: m + up };
    const x = [
      multiply(variable('a', sizes.a), n * m),
      multiply(variable('b', sizes.b), m),
      variable('c', sizes.c),
    ].reduce(add);
    const divisors = [2, 3, 4, 6, 8, 12, 24];
    for (let i = 0; i < sizes.a * sizes.b * sizes.c; i++) {
      const names = {
        a: Math.floor(i / sizes.c / sizes.b),
        b: Math.floor(i / sizes.c) % sizes.b,
        c: i % sizes.c,
      };
      const value = names.a * n * m + names.b * m + names.c;
      for (const by of divisors) {
        expect(evaluateU32(indexText(divide(x, by)), names)).toBe(Math.floor(value / by));
        expect(evaluateU32(indexText(remainder(x, by)), names)).toBe(value % by);
        const test = conditionText(indexArithmetic.within(x, by, 2 * by));
        expect(evaluateU32(test, names)).toBe(Number(value >= by && value < 3 * by));
      }
    }
  });

  it('a range is told apart for each of four neighbours', () => {
    for (const size of [4, 12]) {
      for (const [from, count] of [
        [1, 2],
        [0, 3],
        [3, 1],
        [4, 4],
        [1, 11],
      ] as const) {
        for (let i = 0; i < size; i++) {
          const test = indexArithmetic.within(quadVariable('first', i % 4, size), from, count);
          const value = evaluateU32(conditionText(test), { first: i - (i % 4) });
          expect(value, `${i} in ${from} ${count}`).toBe(Number(i >= from && i < from + count));
        }
      }
    }
  });

  it('quads lie where every summand but the lane is a multiple of 4', () => {
    for (const by of [1, 2, 3, 4, 8]) {
      for (const offset of [0, 1, 2, 4, 5]) {
        for (const size of [4, 8, 20]) {
          for (let lane = 0; lane < 4; lane++) {
            const own = quadVariable('first', lane, size);
            const x = add(add(multiply(variable('i', 5), by), own), constantIndex(offset));
            const four = quadOf(x);
            expect(four !== undefined, `${by} ${offset}`).toBe(by % 4 === 0);
            if (!four) continue;
            const names = { i: 3, first: size - 4 };
            const value = 3 * by + names.first + lane + offset;
            expect(4 * evaluateU32(indexText(four.quad), names) + four.offset).toBe(value);
          }
        }
      }
    }
  });
});
