// Reference: the two views one after the other, element by element.
import { describe, expect, it } from 'vitest';
import { evaluate, literal, pad, printGraph, trace } from '../index';
import { makeView } from './tensor';
import { mergeViews, type View } from './view';

const x = literal(
  Float32Array.from({ length: 6 }, (_, i) => i + 1),
  [2, 3],
);
const around = (before: number[], after: number[], value: number): View => ({ kind: 'pad', before, after, value });

describe('mergeViews', () => {
  it.each([
    ['reshapes', { kind: 'reshape', shape: [3, 2] }, { kind: 'reshape', shape: [6, 1] }],
    ['permutations', { kind: 'permute', order: [1, 0] }, { kind: 'permute', order: [1, 0] }],
    ['pads of one value', around([1, 0], [0, 2], -7), around([0, 3], [1, 1], -7)],
  ] as const)('makes one of two %s', (_, inner, outer) => {
    const merged = mergeViews(inner, outer)!;
    const [once, twice] = [makeView(x, merged), makeView(makeView(x, inner), outer)];
    expect(once.shape).toEqual(twice.shape);
    expect(evaluate([once], {})).toEqual(evaluate([twice], {}));
  });

  it('leaves pads of different values apart', () => {
    expect(mergeViews(around([1, 0], [0, 0], 1), around([1, 0], [0, 0], 2))).toBeUndefined();
  });
});

it('a pad is printed with its value', () => {
  const graph = trace({}, () => ({ outputs: { y: pad(pad(x, [1, 0], [0, 0]), [1, 0], [0, 0], -2.5) } }));
  expect(printGraph(graph)).toMatch(/pad\(%0\)[^\n]*\n%2 = pad with -2\.5\(%1\)/);
});
