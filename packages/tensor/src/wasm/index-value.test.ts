// Reference: the same arithmetic on numbers, `numberArithmetic` of ir/view.ts.
import { expect, it } from 'vitest';
import { type Condition, type Index, indexArithmetic, variable } from '../ir/index-value';
import { type IndexArithmetic, numberArithmetic } from '../ir/view';
import { i32, ModuleBuilder, select } from './assembler';
import { writeCondition, writeIndex } from './index-value';

const SIZES = { i: 60, j: 7 };

/** Indices with and without a condition, in any arithmetic. */
const forms = <E, C>(m: IndexArithmetic<E, C>, i: E, j: E): Record<string, { index: E; valid?: C }> => {
  const y = m.add(m.divide(i, 12), m.remainder(j, 3));
  const x = m.add(m.remainder(i, 12), m.divide(j, 3));
  return {
    variable: { index: i },
    constant: { index: m.constant(17) },
    sum: { index: m.add(m.add(m.multiply(i, 7), j), m.constant(3)) },
    'powers of two': { index: m.add(m.multiply(m.remainder(i, 8), 16), m.divide(i, 8)) },
    digits: { index: m.add(m.multiply(m.remainder(m.divide(i, 5), 6), 35), m.remainder(i, 5)) },
    'digit of a sum': { index: m.remainder(m.divide(m.add(m.multiply(i, 5), j), 4), 9) },
    pad: {
      index: m.add(m.multiply(m.inside(y, 1, 5), 10), m.inside(x, 2, 10)),
      valid: m.and(m.within(y, 1, 5), m.within(x, 2, 10)),
    },
  };
};

const written = forms(indexArithmetic, variable('i', SIZES.i), variable('j', SIZES.j));

it.each(Object.entries(written))('%s', (name, { index, valid }) => {
  const run = compiled(index, valid);
  for (let i = 0; i < SIZES.i; i++) {
    for (let j = 0; j < SIZES.j; j++) {
      const exact = forms(numberArithmetic, i, j)[name]!;
      expect(run(i, j)).toBe(exact.valid === false ? -1 : exact.index);
    }
  }
});

/** The index where the condition holds, else −1. */
function compiled(index: Index, valid: Condition = []): (i: number, j: number) => number {
  const module = new ModuleBuilder();
  const f = module.function('f', ['i32', 'i32'], (b, i, j) => {
    const found = b.let(writeIndex(index, { i, j }));
    const condition = writeCondition(valid, { i, j });
    return condition ? select(condition, found, i32.const(-1)) : found;
  });
  module.export(f);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
  return exports.f as (i: number, j: number) => number;
}

it('names a variable that is not there', () => {
  expect(() => writeIndex(variable('k', 9), {})).toThrow("no variable 'k'");
});
