// Reference: the engine's own definitions, cases and kernels, from which the page of ops is written anew.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { opFiles, opPage, opPagePath, opRows } from './testing/op-table/op-table';

const rows = opRows();

/** Held against published vectors (replay.test.ts), or against the values of an independent implementation (conformance). */
const elsewhere = ['randomBits', 'randomNormal', 'randomUniform', 'adamw', 'lamb'];

describe('the page of ops', () => {
  it('is as the engine is', () => {
    expect(readFileSync(opPagePath, 'utf8')).toBe(opPage(rows));
  });

  it('lists every file whose ops are exported', () => {
    const index = readFileSync(new URL('./index.ts', import.meta.url), 'utf8');
    const exported = Array.from(index.matchAll(/^export \* from '\.\/ops\/(\w+)';$/gm), ([, file]) => file!);
    expect(opFiles.toSorted()).toEqual(exported.toSorted());
  });

  it('has every op, and values of each', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter(({ values }) => values === 0).map(({ op }) => op)).toEqual(elsewhere);
  });

  it('has a case of each whose gradient is not zero by its meaning', () => {
    const none = rows.filter(({ cases }) => cases.length === 0).map(({ op }) => op);
    expect(none.sort()).toEqual(
      ['cast', 'equal', 'fill', 'greater', 'greaterEqual', 'iota', 'less', 'lessEqual', 'notEqual', 'oneHot'].concat([
        'randomBits',
        'randomNormal',
        'randomUniform',
      ]),
    );
  });
});
