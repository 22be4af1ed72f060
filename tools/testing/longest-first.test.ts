// Reference: the files that there are.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { longest, placeOf } from './longest-first';

it('names files that there are, once each', () => {
  const root = new URL('../../', import.meta.url);
  expect(longest.filter((name) => !existsSync(new URL(name, root)))).toEqual([]);
  expect(new Set(longest).size).toBe(longest.length);
});

it('puts them before all others, in their order', () => {
  const paths = ['packages/any/src/other.test.ts', longest[1]!, longest[0]!].map((name) =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url)),
  );
  expect(paths.map(placeOf)).toEqual([longest.length, 1, 0]);
});
