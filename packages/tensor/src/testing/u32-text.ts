/**
 * The value of a WGSL expression of u32: names, numbers, + - * / %, comparisons (1 and 0) and &&, wrapping as WGSL says.
 * Written against the grammar of WGSL alone, so that it can judge what prints such text.
 */
export function evaluateU32(text: string, names: Readonly<Record<string, number>>): number {
  const tokens = text.match(/\d+u|\w+|&&|>=|[-+*/%<>()]/g) ?? [];
  let at = 0;
  const level = (operators: readonly string[], operand: () => number): number => {
    let left = operand();
    while (operators.includes(tokens[at] ?? '')) left = applied(tokens[at++]!, left, operand());
    return left;
  };
  const whole = (): number => level(['&&'], () => level(['<', '>='], sum));
  const sum = (): number => level(['+', '-'], () => level(['*', '/', '%'], operand));
  const operand = (): number => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const inner = whole();
      if (tokens[at++] !== ')') throw new Error(`no closing parenthesis: ${text}`);
      return inner;
    }
    const value = /^\d+u$/.test(token)
      ? Number.parseInt(token, 10)
      : token === 'true' || token === 'false'
        ? Number(token === 'true')
        : names[token];
    if (value === undefined) throw new Error(`${token} in ${text}`);
    return value;
  };
  const value = whole();
  if (at !== tokens.length) throw new Error(`${tokens.slice(at).join(' ')} is left of ${text}`);
  return value;
}

function applied(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return (a + b) >>> 0;
    case '-':
      return (a - b) >>> 0;
    case '*':
      return Math.imul(a, b) >>> 0;
    case '/':
      return Math.floor(a / b);
    case '%':
      return a % b;
    case '<':
      return Number(a < b);
    case '>=':
      return Number(a >= b);
    default:
      return Number(a !== 0 && b !== 0);
  }
}
