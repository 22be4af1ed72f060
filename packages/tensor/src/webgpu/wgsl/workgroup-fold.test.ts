// References: the definition of a fold, every element of every result once; and WebGPU's limits of a workgroup.
import { expect, it } from 'vitest';
import {
  foldInvocations,
  foldModule,
  foldShape,
  foldWorkgroups,
  type Statements,
  sumAccumulator,
} from './workgroup-fold';

const SIZES = [1, 2, 3, 7, 31, 33, 64, 131, 1000, 1024, 5003, 65536, 100003, 5521088];
const shapes = SIZES.flatMap((columns) =>
  SIZES.flatMap((length) =>
    ([1, 4] as const).flatMap((width) =>
      [false, true].map((along) => foldShape({ columns, length, width, along: along && width === 1 })),
    ),
  ),
);

/** Counts how often, over all invocations, what is told of in its blocks happens. */
class Counter implements Statements {
  readonly text = '';
  private runs = 1;
  readonly counts = { elements: 0, results: 0 };

  statement(): void {}

  block(_: string, times: number, body: () => void): void {
    const outer = this.runs;
    this.runs *= times;
    body();
    this.runs = outer;
  }

  add(name: 'elements' | 'results', count: number): void {
    this.counts[name] += this.runs * count;
  }
}

it('takes every element of every result once, and gives a result for each part', () => {
  for (const s of shapes) {
    const w = new Counter();
    foldModule(w, s, {
      accumulators: [sumAccumulator('acc', 'f32')],
      take: (rs) => w.add('elements', rs.length),
      finish: () => w.add('results', 1),
    });
    const invocations = foldInvocations(s);
    expect(Math.round(w.counts.elements * invocations), JSON.stringify(s)).toBe(s.columns * s.length);
    expect(Math.round(w.counts.results * invocations), JSON.stringify(s)).toBe(s.columns * s.parts);
  }
});

it('has a place for every column and a part for every element, in workgroups that every adapter runs', () => {
  for (const s of shapes) {
    const { columns, length, wide, tall, groups, parts, part } = s;
    expect([Math.log2(wide) % 1, Math.log2(tall) % 1], JSON.stringify(s)).toEqual([0, 0]);
    expect(wide * tall).toBeLessThanOrEqual(256);
    expect((groups - 1) * wide < columns && columns <= groups * wide, JSON.stringify(s)).toBe(true);
    expect((parts - 1) * part < length && length <= parts * part, JSON.stringify(s)).toBe(true);
  }
});

it('folds what parts give in one stage', () => {
  for (const { columns, parts } of shapes) {
    for (const width of [1, 4] as const)
      expect(foldShape({ columns, length: parts, width, along: false }).parts).toBe(1);
  }
});

it('gives a large GPU enough to do where there is enough, and no workgroup more than it has to wait for', () => {
  const few = shapes.filter((s) => s.columns * s.length >= 2 ** 21);
  expect(few.length).toBeGreaterThan(50);
  for (const s of few) expect(foldWorkgroups(s), JSON.stringify(s)).toBeGreaterThanOrEqual(32);
  for (const s of shapes.filter(({ parts }) => parts === 1)) {
    const own = s.length / s.tall;
    // A workgroup's invocations are all there can be, or there are workgroups enough without parts.
    expect(own <= 64 || s.groups >= 512, JSON.stringify(s)).toBe(true);
  }
});
