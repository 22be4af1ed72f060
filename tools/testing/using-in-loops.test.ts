// Reference: what packages are built with, esbuild, run on a function whose meaning the proposal "Explicit Resource
// Management" gives: it lowers `using` to variables that all turns of a loop share, so that an error of one turn, caught
// there, is thrown again by each turn after it. No file that is published may hold such a loop.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runInThisContext } from 'node:vm';
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root, workspaceFolders } from '../setup/workspace.mjs';

/** Lines of declarations with `using` that a loop in the same function repeats. */
function repeatedUsing(text: string): number[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node, isRepeated: boolean): void => {
    const repeated = !ts.isFunctionLike(node) && (isRepeated || ts.isIterationStatement(node, false));
    if (repeated && ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) {
      lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    ts.forEachChild(node, (child) => visit(child, repeated));
  };
  visit(source, false);
  return lines;
}

/** A script whose value is the turns that caught an error. */
const loop = (body: string): string => `const caught = [];
for (const turn of [1, 2]) {
  try {
    ${body}
  } catch {
    caught.push(turn);
  }
}
caught;`;
const within = "using held = { [Symbol.dispose]() {} };\n    if (turn === 1) throw new Error('first');";

describe('a declaration with `using`', () => {
  it('in a loop means something else once esbuild has lowered it', () => {
    const run = (text: string): unknown =>
      runInThisContext(`{ ${transformSync(text, { loader: 'ts', target: 'node20' }).code} }`);
    expect(run(loop(`(() => { ${within} })();`))).toEqual([1]);
    expect(run(loop(within))).toEqual([1, 2]);
  });

  it.each([
    ['for (const x of y) { using z = x; }', [1]],
    ['while (x)\n{ try {\nawait using z = x; } catch {} }', [3]],
    ['for (;;) { if (x) { using z = x; } }', [1]],
    ['using z = x;\nfor (const y of z) f(y);', []],
    ['for (const x of y) f(() => { using z = x; });', []],
    ['for (const x of y) { const z = x; let w = x; }', []],
  ])('is found in %j at lines %j', (text, lines) => {
    expect(repeatedUsing(text)).toEqual(lines);
  });

  const published = workspaceFolders().filter((folder) => /^(packages|apps)\//.test(folder));
  const sources = published.flatMap((folder) =>
    readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(file))
      .map((file) => join(root, folder, 'src', file)),
  );

  it('stands in no loop of what is published', () => {
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.flatMap((file) =>
      repeatedUsing(readFileSync(file, 'utf8')).map((line) => `${relative(root, file)}:${line}`),
    );
    expect(found).toEqual([]);
  });
});
