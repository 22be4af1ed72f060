import { type Atom, add, type Condition, constantIndex, flattened, type Index } from '../ir/index-value';
import { i32, type Value } from './assembler';
import { quotient, remainder, scaled } from './by-constant';

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
      const whole = quotient(writeIndex(atom.x, variables), atom.by);
      return atom.modulo === undefined ? whole : remainder(whole, atom.modulo);
    }
  }
}

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
