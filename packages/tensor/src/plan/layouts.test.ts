// Reference: what a pass may and may not do, kernel by kernel: layouts of states that nobody writes first, each once.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel';
import { layOutOnce } from './layouts';
import { type Lifetime, liveBound, place } from './memory';

const BYTES = 64;
const limits = { operands: 8, operandBytes: 2 ** 20, alignment: 4, sharedBuffers: true, keptBytes: 10 * BYTES };

const state = (name: string, offset = 0) => place({ kind: 'state', name }, offset, 16, 'f32');
const slot = (index: number) => place({ kind: 'slot', index }, 0, 16, 'f32');

/** A kernel that reads places and writes one; code of layouts is the layout's kind. */
const kernel = (code: string, from: readonly ReturnType<typeof place>[], to: ReturnType<typeof place>): Kernel => ({
  label: code,
  form: code,
  operands: [...from.map((one) => ({ place: one, writable: false })), { place: to, writable: true }],
  items: 1,
  work: { flops: 0, loads: 0, stores: 0 },
  code,
});
const layout = (code: string, from: ReturnType<typeof place>, to: number): Kernel => ({
  ...kernel(code, [from], slot(to)),
  layout: true,
});

/** Each slot lives in the kernels that are given it, which are groups of one. */
const lifetimesOf = (kernels: readonly Kernel[]): Lifetime[] => {
  const lives: Lifetime[] = [];
  for (const [at, { operands }] of kernels.entries()) {
    for (const { buffer } of operands.map((one) => one.place)) {
      if (buffer.kind === 'slot') lives[buffer.index] = { bytes: BYTES, from: lives[buffer.index]?.from ?? at, to: at };
    }
  }
  return lives;
};

function laidOut(
  kernels: readonly Kernel[],
  { assigned = [] as string[], keptBytes = limits.keptBytes, again = true } = {},
) {
  const lives = lifetimesOf(kernels);
  const target = { limits: { ...limits, keptBytes }, keyOf: String };
  const { kernels: now, kept, indices, lifetimes } = layOutOnce(kernels, lives, new Set(assigned), target, again);
  const left = lifetimes.filter((one) => one !== undefined);
  expect(liveBound(left)).toBeLessThanOrEqual(liveBound(lives));
  return {
    text: now.map(({ label, operands }) => `${label}: ${operands.map(({ place: { key } }) => key).join(', ')}`),
    kept,
    indices,
    lifetimes,
  };
}

/** Products of a result by states that are laid out first. */
const products = [
  layout('rows', state('w'), 0),
  kernel('product', [slot(0), state('x')], slot(1)),
  layout('rows', state('v'), 2),
  kernel('product', [slot(2), slot(1)], slot(3)),
];

describe('layouts of states that the program does not write', () => {
  it('are made first and kept, without temporary memory', () => {
    expect(laidOut(products)).toEqual({
      text: [
        'rows: state w@0, kept 0@0',
        'rows: state v@0, kept 1@0',
        'product: kept 0@0, state x@0, slot 1@0',
        'product: kept 1@0, slot 1@0, slot 3@0',
      ],
      kept: [BYTES, BYTES],
      indices: [0, 2, 1, 3],
      lifetimes: [undefined, lifetimesOf(products)[1], undefined, lifetimesOf(products)[3]],
    });
  });

  it('stay where they are if the program writes the state, or the source is none', () => {
    expect(laidOut(products, { assigned: ['w'] }).text).toEqual([
      'rows: state v@0, kept 0@0',
      'rows: state w@0, slot 0@0',
      'product: slot 0@0, state x@0, slot 1@0',
      'product: kept 0@0, slot 1@0, slot 3@0',
    ]);
    const input = place({ kind: 'input', name: 'w' }, 0, 16, 'f32');
    expect(laidOut([layout('rows', input, 0), kernel('product', [slot(0)], slot(1))]).kept).toEqual([]);
  });

  it('are kept in order while there is room', () => {
    expect(laidOut(products, { keptBytes: 2 * BYTES - 4 }).text).toEqual([
      'rows: state w@0, kept 0@0',
      'product: kept 0@0, state x@0, slot 1@0',
      'rows: state v@0, slot 2@0',
      'product: slot 2@0, slot 1@0, slot 3@0',
    ]);
    expect(laidOut(products, { keptBytes: BYTES - 4 }).kept).toEqual([]);
  });

  it('are all that is kept: what a kernel computes of states alone is not', () => {
    const computed = products.map(({ layout: _, ...one }) => one);
    expect(laidOut(computed).text).toEqual(
      computed.map(({ label, operands }) => `${label}: ${operands.map((o) => o.place.key).join(', ')}`),
    );
  });

  it('are one where they are equal, however far apart', () => {
    const kernels = [
      layout('rows', state('w'), 0),
      kernel('product', [slot(0)], slot(1)),
      kernel('other', [slot(1)], state('y')),
      layout('rows', state('w'), 2),
      layout('columns', state('w'), 3),
      layout('rows', state('w', 16), 4),
      kernel('sum', [slot(2), slot(3), slot(4)], slot(5)),
    ];
    const { text, kept, indices } = laidOut(kernels, { assigned: ['y'] });
    expect(text).toEqual([
      'rows: state w@0, kept 0@0',
      'columns: state w@0, kept 1@0',
      'rows: state w@16, kept 2@0',
      'product: kept 0@0, slot 1@0',
      'other: slot 1@0, state y@0',
      'sum: kept 0@0, kept 1@0, kept 2@0, slot 5@0',
    ]);
    expect(kept).toHaveLength(3);
    expect(indices).toEqual([0, 3, 4, 0, 1, 2, 5]);
  });
});

describe('other layouts', () => {
  const twice = (between: Kernel): Kernel[] => [
    layout('rows', state('w'), 0),
    kernel('product', [slot(0)], slot(1)),
    between,
    layout('rows', state('w'), 2),
    kernel('product', [slot(2), slot(1), slot(3)], slot(4)),
  ];

  it('serve again until what they are of is written', () => {
    const { text, indices, lifetimes } = laidOut(twice(kernel('other', [slot(1), slot(1)], slot(3))), {
      assigned: ['w'],
    });
    expect(text).toEqual([
      'rows: state w@0, slot 0@0',
      'product: slot 0@0, slot 1@0',
      'other: slot 1@0, slot 1@0, slot 3@0',
      'product: slot 0@0, slot 1@0, slot 3@0, slot 4@0',
    ]);
    expect(indices).toEqual([0, 1, 2, 0, 3]);
    expect([lifetimes[0], lifetimes[2]]).toEqual([{ bytes: BYTES, from: 0, to: 4 }, undefined]);
    const written = twice({ ...kernel('other', [slot(1)], state('w', 64)), label: 'write' });
    expect(laidOut(written.with(4, kernel('product', [slot(2)], slot(3))), { assigned: ['w'] }).indices).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('are made again where to keep them would take more memory', () => {
    const busy = [
      layout('rows', state('w'), 0),
      kernel('product', [slot(0)], slot(1)),
      ...[2, 3, 4].map((to) => kernel('other', [slot(1)], slot(to))),
      kernel('sum', [slot(2), slot(3), slot(4)], slot(1)),
      layout('rows', state('w'), 5),
      kernel('product', [slot(5)], slot(6)),
    ];
    expect(laidOut(busy, { assigned: ['w'] }).indices).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // The same with as much to spare.
    const spare = [...busy, ...[7, 8, 9, 10].map((to) => kernel('other', [slot(6)], slot(to)))];
    const all = kernel('sum', [7, 8, 9, 10].map(slot), slot(6));
    expect(laidOut([...spare, all], { assigned: ['w'] }).indices.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 0, 6]);
  });
});
