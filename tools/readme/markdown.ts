import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../examples/testing/run-example';

/** A fenced block of a document. */
export interface Fence {
  /** e.g. `README.md:42`, the line of the opening fence. */
  readonly place: string;
  /** What stands behind the opening fence; empty for none. */
  readonly language: string;
  readonly text: string;
}

/** A document of the repository's root, taken apart. */
export interface Document {
  readonly name: string;
  readonly fences: readonly Fence[];
  /** The lines outside fences. */
  readonly prose: readonly string[];
}

/** Takes a document apart. @throws Error for a fence that is never closed */
export function parseDocument(name: string, text: string): Document {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { place: string; language: string; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const marker = /^\s*(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (marker && open) {
      fences.push({ place: open.place, language: open.language, text: open.lines.map((one) => `${one}\n`).join('') });
      open = undefined;
    } else if (marker) open = { place: `${name}:${index + 1}`, language: marker[2]!, lines: [] };
    else if (open) open.lines.push(line);
    else prose.push(line);
  }
  if (open) throw new Error(`${open.place}: the fence is never closed`);
  return { name, fences, prose };
}

export const readDocument = (name: string): Document => parseDocument(name, readFileSync(join(root, name), 'utf8'));

/** The texts between backticks. */
export const codeSpans = (text: string): string[] => Array.from(text.matchAll(/`([^`]+)`/g), (match) => match[1]!);

/** Cells of the table whose first heading is `heading`, without heading and rule. @throws Error when there is none */
export function tableRows({ name, prose }: Document, heading: string): string[][] {
  const cells = (line: string): string[] =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
  const start = prose.findIndex((line) => line.startsWith('|') && cells(line)[0] === heading);
  if (start < 0) throw new Error(`${name}: no table with the heading '${heading}'`);
  const rest = prose.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? rest.length : end).map(cells);
}

/** A path that a document names, relative to the root. */
export interface NamedPath {
  readonly section: string;
  readonly path: string;
}

const startsAt = /Paths in this section start at `([^`]+)`/;
const looksLikePath = (text: string): boolean =>
  /^[\w.-]+(\/[\w.-]+)+\/?$/.test(text) || /^[\w.-]+\.(ts|mjs|json|md|yaml|safetensors)$/.test(text);

/** The parts of a document below its headings of the second level. */
export const sectionsOf = ({ prose }: Document): { readonly title: string; readonly text: string }[] =>
  prose
    .join('\n')
    .split(/^(?=## )/m)
    .map((text) => ({ title: /^## (.*)/.exec(text)?.[1] ?? '', text }));

/** Every code span that looks like a path. A section may say where its paths start, but in full they are right anywhere. */
export function namedPaths(document: Document): NamedPath[] {
  return sectionsOf(document).flatMap(({ text, title: section }) => {
    const base = startsAt.exec(text)?.[1];
    const paths = codeSpans(text).filter((span) => looksLikePath(span) && span !== base);
    const inFull = (path: string): boolean => /^(packages|apps|bench|examples|tools|fixtures)\//.test(path);
    return [
      ...(base ? [{ section, path: base }] : []),
      ...paths.map((path) => ({ section, path: base && !inFull(path) ? `${base}/${path}` : path })),
    ];
  });
}
