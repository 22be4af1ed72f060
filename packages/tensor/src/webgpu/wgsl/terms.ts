import { subterms, type Term, termChildren } from '../../ir/term';
import { libraryOperations } from './library';
import { floatLiteral } from './literal';
import { binaryText, compareText, unaryText } from './scalar-ops';

export interface TermContext {
  arg(index: number): string;
  scalar(name: string): string;
  coord(axis: number): string;
  /** Names a value that is used more than once; returns the name. */
  bind(expression: string, key: string): string;
}

/** The WGSL reading of a term. Shared sub-terms are computed once. */
export function printTermWgsl(root: Term, context: TermContext): string {
  const order = subterms(root);
  const uses = new Map<Term, number>();
  for (const t of order) for (const child of termChildren(t)) uses.set(child, (uses.get(child) ?? 0) + 1);
  const text = new Map<Term, string>();
  for (const t of order) {
    const printed = print(t, (x) => text.get(x)!, context);
    const shared = (uses.get(t) ?? 0) > 1 && termChildren(t).length > 0;
    text.set(t, shared ? context.bind(printed, `t${t.id}`) : printed);
  }
  return text.get(root)!;
}

/** Operations that evaluating a term takes, each distinct sub-term once. */
export const termOperations = (root: Term): number => subterms(root).reduce((n, t) => n + operations(t), 0);

function operations(t: Term): number {
  if (t.kind === 'unary' && t.op === 'erf') return libraryOperations('ns_erf');
  return termChildren(t).length === 0 ? 0 : 1;
}

function print(t: Term, of: (t: Term) => string, context: TermContext): string {
  switch (t.kind) {
    case 'const':
      if (t.type === 'f32') return floatLiteral(t.value);
      return t.type === 'bool' ? String(t.value !== 0) : `${t.value}u`;
    case 'arg':
      return context.arg(t.index);
    case 'scalar':
      return context.scalar(t.name);
    case 'coord':
      return context.coord(t.axis);
    case 'unary':
      return unaryText[t.op](of(t.x));
    case 'binary':
      return binaryText[t.op](of(t.x), of(t.y));
    case 'compare':
      return compareText[t.op](of(t.x), of(t.y));
    case 'select':
      return `select(${of(t.no)}, ${of(t.yes)}, ${of(t.cond)})`;
    case 'cast':
      return `${t.type}(${of(t.x)})`;
  }
}
