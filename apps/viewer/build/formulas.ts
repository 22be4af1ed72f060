import temml from 'temml';
import type { Plugin } from 'vite';
import type { Formula } from '../src/ui/formula.ts';

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const decode = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? (entities[name] ?? '') : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  );

/** The tree of well-formed MathML. Styles are left out: the page's policy forbids them, and its own say how it looks. */
export function parseMathMl(markup: string): Formula {
  const root: { children: (Formula | string)[] } = { children: [] };
  const open = [root];
  for (const [, closing, name, attributes, text] of markup.matchAll(/<(\/?)([\w-]+)([^>]*)>|([^<]+)/g)) {
    const { children } = open.at(-1)!;
    if (text !== undefined) children.push(decode(text));
    else if (closing) open.pop();
    else {
      const given = [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, decode(value!)]);
      const kept = given.filter(([key]) => key !== 'style' && key !== 'class');
      const element = { name: name!, attributes: Object.fromEntries(kept), children: [] };
      children.push(element);
      if (!attributes!.endsWith('/')) open.push(element);
    }
  }
  const [formula] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || typeof formula !== 'object') {
    throw new Error(`no single element: ${markup}`);
  }
  return formula;
}

/** Formulas by name: a line `% name`, then lines of TeX, up to the next name. */
export function readFormulas(text: string): Readonly<Record<string, Formula>> {
  const parts = text.split(/^%\s*([\w-]+)\s*$/m).slice(1);
  const names = parts.filter((_, i) => i % 2 === 0);
  return Object.fromEntries(
    names.map((name, i) => {
      const tex = parts[2 * i + 1]!.trim();
      const markup = temml.renderToString(tex, { displayMode: true, strict: true, throwOnError: true });
      return [name, parseMathMl(markup)];
    }),
  );
}

/** Makes MathML of the TeX in `*.tex` files while the page is built, so that no visitor loads a typesetter. */
export const formulas: Plugin = {
  name: 'formulas',
  transform(code, id) {
    if (!id.endsWith('.tex')) return null;
    return { code: `export default ${JSON.stringify(readFormulas(code))};`, map: null };
  },
};
