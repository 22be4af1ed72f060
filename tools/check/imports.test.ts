// Reference: the table of rooms in ARCHITECTURE.md, and rules stated here for folders made for the test.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../setup/workspace.mjs';
import { circlesOf, importProblems, roomsOf, wrongImports } from './imports.mjs';

const table = (rows: string[]): string =>
  ['text', '', '| room | what | stands on |', '| --- | --- | --- |', ...rows, '', 'more'].join('\n');
const rooms = roomsOf(
  table([
    '| `packages/low` | a | nothing |',
    '| `packages/high` | b | low |',
    '| `packages/top` | c | all packages but low |',
    '| `apps/app` | d | all packages but top, page |',
    '| `apps/page` | e | high |',
  ]),
);

let base = '';
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(base, path)), { recursive: true });
  await writeFile(join(base, path), text);
};
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'imports-'));
  await write('packages/low/src/index.ts', "import { join } from 'node:path';\nexport { join };\n");
  await write(
    'packages/high/src/index.ts',
    "import { a } from '@noisesmith/low';\nexport * from './sub/part';\nuse(a);\n",
  );
  await write('packages/high/src/sub/part.ts', "export const b = await import('../index');\n");
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('rooms', () => {
  it('are read with what they stand on', () => {
    expect([...rooms].map(([room, names]) => [room, [...names]])).toEqual([
      ['packages/low', []],
      ['packages/high', ['low']],
      ['packages/top', ['high', 'top']],
      ['apps/app', ['low', 'high', 'page']],
      ['apps/page', ['high']],
    ]);
  });

  it('that reach themselves are named', () => {
    const round = new Map([
      ['packages/a', new Set(['b'])],
      ['packages/b', new Set(['c'])],
      ['packages/c', new Set(['b'])],
    ]);
    expect(circlesOf(round).map((line) => line.split(' ')[1])).toEqual(['b', 'c']);
  });
});

describe('imports', () => {
  it('as the table draws them are right', () => {
    expect(wrongImports(base, rooms, 'packages/low')).toEqual([]);
    expect(wrongImports(base, rooms, 'packages/high')).toEqual([]);
  });

  it.each([
    [
      "import type { B } from '@noisesmith/high';",
      'imports @noisesmith/high, expected one that packages/low stands on: nothing',
    ],
    ["export { b } from '@noisesmith/high/node';", 'imports @noisesmith/high/node, expected one'],
    ["const b = await import('@noisesmith/high');", 'imports @noisesmith/high, expected one'],
    ["import { b } from '../../high/src/index';", 'imports ../../high/src/index of another package by its path'],
  ])('%s is told', async (text, message) => {
    await write('packages/low/src/planted.ts', `${text}\n`);
    const [problem, ...others] = wrongImports(base, rooms, 'packages/low');
    expect(problem).toContain(`packages/low/src/planted.ts: ${message}`);
    expect(others).toEqual([]);
    await rm(join(base, 'packages/low/src/planted.ts'));
  });

  it('of a folder without a row are told', () => {
    expect(wrongImports(base, new Map(), 'packages/low')[0]).toContain('packages/low: no row');
  });

  it('of this repository go one way', () => {
    expect(importProblems(root)).toEqual([]);
  });
});
