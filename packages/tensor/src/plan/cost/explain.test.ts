// Reference: floors, bounds and orders worked out by hand for ceilings of round numbers.
import { describe, expect, it } from 'vitest';
import { place } from '../memory';
import type { Ceilings } from './ceilings';
import { distinctBytes, explain, floorOf } from './explain';

const software: Ceilings = { flopsPerSecond: 1e9, loadsPerSecond: 1e6, dispatchSeconds: 1e-5, counted: 'issued' };
const gpu: Ceilings = { ...software, counted: 'distinct' };
const apart: Ceilings = { ...software, overlap: 0.25 };

const kernel = (label: string, flops: number, loads: number, stores: number, ...bound: number[]) => ({
  label,
  form: `form of ${label}`,
  code: '',
  items: 1,
  work: { flops, loads, stores },
  operands: bound.map((size, i) => ({ place: place({ kind: 'slot', index: i }, 0, size, 'f32'), writable: i === 0 })),
});

describe('distinctBytes', () => {
  it('counts each bound element once, however often it is loaded', () => {
    expect(distinctBytes(kernel('k', 0, 5000, 100, 100, 25))).toBe(4 * 125);
  });
  it('counts memory bound twice once', () => {
    const { work, operands } = kernel('k', 0, 5000, 100, 100);
    expect(distinctBytes({ work, operands: [...operands, ...operands] })).toBe(4 * 100);
  });
  it('is no more than what is loaded and stored', () => {
    expect(distinctBytes(kernel('gather', 0, 20, 10, 10, 1e6))).toBe(4 * 30);
  });
});

describe('floorOf', () => {
  it.each([
    ['arithmetic', kernel('k', 4e6, 1000, 1000, 64), software, 4.01e-3, 'fma'],
    ['issued loads and stores', kernel('k', 1e6, 2500, 500, 64), software, 3.01e-3, 'loads'],
    ['loads, and arithmetic that a quarter of hides', kernel('k', 1e6, 2500, 500, 64), apart, 3.76e-3, 'loads'],
    ['arithmetic, and loads that a quarter of hides', kernel('k', 4e6, 1000, 1000, 64), apart, 5.51e-3, 'fma'],
    ['the dispatch', kernel('k', 100, 4, 2, 6), software, 1.6e-5, 'dispatch'],
    ['distinct elements on a GPU', kernel('k', 1e6, 1e6, 500, 2000, 500), gpu, 2.51e-3, 'loads'],
    ['arithmetic on a GPU', kernel('k', 4e6, 1e6, 500, 2000, 500), gpu, 4.01e-3, 'fma'],
  ] as const)('%s', (_, costed, ceilings, seconds, bound) => {
    const floor = floorOf(costed, ceilings);
    expect(floor.seconds).toBeCloseTo(seconds, 12);
    expect(floor.bound).toBe(bound);
  });
  it('never falls when a kernel does more or an adapter does less', () => {
    const few = kernel('k', 1e6, 1000, 1000, 3000);
    for (const ceilings of [software, gpu, apart]) {
      const least = floorOf(few, ceilings).seconds;
      for (const more of ['flops', 'loads', 'stores'] as const) {
        const work = { ...few.work, [more]: few.work[more] * 10 };
        expect(floorOf({ ...few, work }, ceilings).seconds).toBeGreaterThanOrEqual(least);
      }
      for (const less of ['flopsPerSecond', 'loadsPerSecond'] as const) {
        expect(floorOf(few, { ...ceilings, [less]: ceilings[less] / 10 }).seconds).toBeGreaterThanOrEqual(least);
      }
    }
  });
});

describe('explain', () => {
  const kernels = [
    kernel('near its floor', 1e7, 10, 10, 20),
    kernel('slow', 0, 1000, 0, 1000),
    kernel('small', 0, 10, 10, 20),
  ];
  it('puts first what loses most time over its floor', () => {
    const times = [{ milliseconds: 11 }, { milliseconds: 5.01 }, { milliseconds: 0.06 }];
    const { rows, total } = explain({ kernels, kept: [] }, software, times);
    expect(rows.map((row) => row.label)).toEqual(['slow', 'near its floor', 'small']);
    expect(rows.map((row) => row.ratio!.toFixed(2))).toEqual(['4.96', '1.10', '2.00']);
    expect(rows[0]).toMatchObject({ form: 'form of slow', work: { flops: 0, loads: 1000, stores: 0 }, bytes: 4000 });
    expect(total.seconds).toBeCloseTo(0.01607, 12);
    expect(total.floorSeconds).toBeCloseTo(0.01001 + 0.00101 + 0.00003, 12);
    expect(total.work).toEqual({ flops: 1e7, loads: 1020, stores: 20 });
    expect(total.bytes).toBe(4160);
  });
  it('without times gives floors alone, largest first', () => {
    const { rows, total } = explain({ kernels, kept: [] }, gpu);
    expect(rows.map((row) => row.label)).toEqual(['near its floor', 'slow', 'small']);
    expect(rows.every((row) => row.seconds === undefined && row.ratio === undefined)).toBe(true);
    expect(total.seconds).toBeUndefined();
  });
  it('leaves out what a warm run leaves out', () => {
    const times = [{ milliseconds: 11 }, { milliseconds: 5.01 }, { milliseconds: 0.06 }];
    const warm = explain({ kernels: kernels.slice(1), kept: [] }, software, times.slice(1));
    expect(explain({ kernels, kept: [80] }, software, times)).toEqual(warm);
    expect(() => explain({ kernels, kept: [80] }, software, times.slice(1))).toThrow('2 times for the 3 kernels');
  });
  it('refuses times of another plan', () => {
    expect(() => explain({ kernels, kept: [] }, software, [{ milliseconds: 1 }])).toThrow('1 times for the 3 kernels');
  });
});
