import { type Atom, add, type Condition, constantIndex, flattened, type Index } from '../ir/index-value';
import { i32, type Value } from './assembler';

type Int = Value<'i32'>;

/** What the variables of an index are in a function. */
export type IndexVariables = Readonly<Record<string, Int>>;

function atomValue(atom: Atom, variables: IndexVariables): Int {
  switch (atom.kind) {
    case 'variable':
    case 'fourth': {
      const found = variables[atom.name];
      if (!found) throw new Error(`no variable '${atom.name}', there are ${Object.keys(variables).join(', ')}`);
      return atom.kind === 'variable' ? found : i32.shrU(found, 2);
    }
    case 'lane':
      return i32.const(atom.lane);
    case 'inside':
      return writeIndex(atom.x, variables);
    case 'digit': {
      const whole = divided(writeIndex(atom.x, variables), atom.by);
      return atom.modulo === undefined ? whole : rest(whole, atom.modulo);
    }
  }
}

const powerOf = (n: number): number | undefined => (Number.isInteger(Math.log2(n)) ? Math.log2(n) : undefined);

function divided(x: Int, by: number): Int {
  const power = powerOf(by);
  if (by === 1) return x;
  return power === undefined ? i32.divU(x, by) : i32.shrU(x, power);
}

const rest = (x: Int, by: number): Int => (powerOf(by) === undefined ? i32.remU(x, by) : i32.and(x, by - 1));

const scaled = (x: Int, factor: number): Int => {
  const power = powerOf(factor);
  return power === undefined || x.constant !== undefined ? i32.mul(x, factor) : i32.shl(x, power);
};

/**
 * An index as an expression. Its constants and variables are whole numbers modulo 2³², so what lies outside a pad comes out
 * as any number.
 */
export function writeIndex(x: Index, variables: IndexVariables): Int {
  const { constant, terms } = flattened(x);
  return i32.add(
    terms.reduce<Int>(
      (sum, { factor, atom }) => i32.add(sum, scaled(atomValue(atom, variables), factor)),
      i32.const(0),
    ),
    constant,
  );
}

/** 1 where a condition holds, else 0; undefined where it always does. */
export function writeCondition(condition: Condition, variables: IndexVariables): Int | undefined {
  // What lies below wraps around, and is above.
  const tests = condition.map(({ x, from, count }) =>
    i32.ltU(writeIndex(add(x, constantIndex(-from)), variables), count),
  );
  if (tests.length === 0) return undefined;
  return tests.reduce((a, b) => i32.and(a, b));
}
