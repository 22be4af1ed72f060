import { add, type Condition, constantIndex, flattened, type Index, type IndexTerm } from '../../ir/index-value';

/** Text that is no sum, to stand beside `*`, `/` and `%`. */
const factorText = (text: string, sum: boolean): string => (sum ? `(${text})` : text);

const times = (text: string, n: number): string => (n === 1 ? text : `${text} * ${n}u`);

/** A name, or any expression in parentheses. */
const named = (name: string): string => (/^(\w+|\([^()]*\))$/.test(name) ? name : `(${name})`);

function termText({ factor, atom }: IndexTerm): string {
  switch (atom.kind) {
    case 'variable':
      return times(named(atom.name), factor);
    case 'fourth':
      return factor % 4 === 0 ? times(named(atom.name), factor / 4) : times(`${named(atom.name)} / 4u`, factor);
    case 'lane':
      return `${atom.lane * factor}u`;
    case 'inside':
      return times(factorText(...sumText(atom.x)), factor);
    case 'digit': {
      const { by, modulo } = atom;
      const digits = (text: string, width: number): string =>
        `${text}${by * width === 1 ? '' : ` / ${by * width}u`}${modulo === undefined ? '' : ` % ${modulo}u`}`;
      const inner = atom.x.terms[0]!.atom;
      const alone = atom.x.constant === 0 && atom.x.terms.length === 1 && atom.x.terms[0]!.factor === 1;
      if (!alone || inner.kind !== 'fourth') return times(digits(factorText(...sumText(atom.x)), 1), factor);
      // A fourth of a remainder by four times as much.
      return by === 1 && factor % 4 === 0
        ? times(`${named(inner.name)} % ${4 * modulo!}u`, factor / 4)
        : times(digits(named(inner.name), 4), factor);
    }
  }
}

/** The constant of a flattened sum for the neighbour that code is written for, and the terms that are not known yet. */
function known({ constant, terms }: Index): { readonly constant: number; readonly others: readonly IndexTerm[] } {
  return {
    constant: terms.reduce((n, { factor, atom }) => n + (atom.kind === 'lane' ? factor * atom.lane : 0), constant),
    others: terms.filter(({ atom }) => atom.kind !== 'lane'),
  };
}

/** The text of a sum, and whether it has several summands. */
function sumText(x: Index): [text: string, sum: boolean] {
  const { constant, others } = known(flattened(x));
  // Below 0 no result is used.
  if (others.length === 0) return [`${Math.max(0, constant)}u`, false];
  const sum = others.map(termText).join(' + ');
  if (constant === 0) return [sum, others.length > 1];
  return [`${sum} ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}u`, true];
}

/** A u32 WGSL expression, for places where nothing binds tighter than its `+`: in brackets, behind `=`. */
export const indexText = (x: Index): string => sumText(x)[0];

/** The same for any place. */
export const operandText = (x: Index): string => {
  const text = indexText(x);
  return /^\w+$/.test(text) ? text : `(${text})`;
};

/** A bool WGSL expression. */
export function conditionText(condition: Condition): string {
  const tests = condition.map(({ x, from, count }) => {
    const { constant, others } = known(flattened(x));
    if (others.length === 0) return String(constant >= from && constant < from + count);
    if (x.bound <= from + count) return `${operandText(x)} >= ${from}u`;
    // What lies below wraps around, and is above.
    return `${operandText(add(x, constantIndex(-from)))} < ${count}u`;
  });
  const open = [...new Set(tests)].filter((test) => test !== 'true');
  return open.length === 0 ? 'true' : `(${open.join(' && ')})`;
}
