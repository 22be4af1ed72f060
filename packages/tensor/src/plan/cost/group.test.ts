// Reference: groups, sums, cells and lines worked out by hand.
import { describe, expect, it } from 'vitest';
import { groupKernels, placeOf } from './group';
import { ceilingsLine, formatMilliseconds, groupTable, totalLine } from './text';

const row = (label: string, form: string, seconds: number | undefined, floorSeconds: number) => ({
  label,
  form,
  items: 1,
  work: { flops: 2e6, loads: 1e6, stores: 5e5 },
  bytes: 4e6,
  floorSeconds,
  bound: 'loads' as const,
  ...(seconds !== undefined && { seconds, ratio: seconds / floorSeconds }),
});

const rows = [
  row('first.b0.l0.attn/contract', 'contract 1x2x3x4 rows 8x8', 0.004, 0.002),
  row('lamb 1', 'lamb moments 64', 0.01, 0.009),
  row('first.b1.l12.attn/contract', 'contract 1x2x3x4 rows 8x8', 0.003, 0.002),
  row('first.b1.l12.attn/contract', 'contract 1x2x3x5 rows 8x8', 0.002, 0.0015),
];

describe('placeOf', () => {
  it.each([
    ['first.b0.l1.attn/contract', 'first.b.l.attn/contract'],
    ['second.block12.read/layerNorm', 'second.block.read/layerNorm'],
    ['grad.d.layerNorm/layerNormBackward 1', 'grad.d.layerNorm/layerNormBackward 1'],
    ['conv2d/contract', 'conv2d/contract'],
    ['stem/conv2', 'stem/conv2'],
  ])('%s is %s', (label, place) => {
    expect(placeOf(label)).toBe(place);
  });
});

describe('groupKernels', () => {
  it('adds up equal forms in equal places and puts first what loses most', () => {
    const groups = groupKernels(rows);
    expect(groups.map(({ form, place, count }) => [form, place, count])).toEqual([
      ['contract 1x2x3x4 rows 8x8', 'first.b.l.attn/contract', 2],
      ['lamb moments 64', 'lamb 1', 1],
      ['contract 1x2x3x5 rows 8x8', 'first.b.l.attn/contract', 1],
    ]);
    const [first] = groups;
    expect(first).toMatchObject({ work: { flops: 4e6, loads: 2e6, stores: 1e6 }, bytes: 8e6, floorSeconds: 0.004 });
    expect(first!.seconds).toBeCloseTo(0.007, 12);
    expect(first!.ratio).toBeCloseTo(1.75, 12);
  });
  it('orders an estimate by its floors', () => {
    const groups = groupKernels(rows.map(({ label, form, floorSeconds }) => row(label, form, undefined, floorSeconds)));
    expect(groups.map(({ floorSeconds }) => floorSeconds)).toEqual([0.009, 0.004, 0.0015]);
    expect(groups.every(({ seconds, ratio }) => seconds === undefined && ratio === undefined)).toBe(true);
  });
});

describe('formatMilliseconds', () => {
  it('gives three significant digits', () => {
    expect([0.0123, 0.5, 5.4321, 54.321, 543.21, 5432.1].map(formatMilliseconds)).toEqual([
      '0.012',
      '0.500',
      '5.43',
      '54.3',
      '543',
      '5432',
    ]);
  });
});

describe('groupTable', () => {
  it('has times, floors, ratios and counts', () => {
    expect(groupTable(groupKernels(rows.slice(0, 1)))).toEqual({
      header: 'kernel,place,count,ms,floor ms,ratio,bound by,Mflop,Mloads,Mstores,MB'.split(','),
      rows: [
        [
          'contract 1x2x3x4 rows 8x8',
          'first.b.l.attn/contract',
          '1',
          '4.00',
          '2.00',
          '2.00',
          'loads',
          '2.00',
          '1.00',
          '0.50',
          '4.00',
        ],
      ],
      numeric: [false, false, true, true, true, true, false, true, true, true, true],
    });
  });
  it('leaves out what an estimate does not have', () => {
    const { header, rows: cells } = groupTable(groupKernels([row('k', 'form', undefined, 0.001)]));
    expect(header).not.toContain('ms');
    expect(header).not.toContain('ratio');
    expect(cells[0]).toHaveLength(header.length);
  });
});

describe('lines', () => {
  it('sum up step, kernels and floors', () => {
    const work = { flops: 0, loads: 0, stores: 0 };
    const total = { work, bytes: 0, seconds: 0.019, floorSeconds: 0.0145, hiddenFloorSeconds: 0.0145 };
    expect(totalLine({ rows, total }, 29)).toBe(
      'step 29.0 ms, sum of kernels 19.0 ms, sum of floors 14.5 ms, ratio step/floors 2.00',
    );
    const estimate = { work, bytes: 0, floorSeconds: 0.0145, hiddenFloorSeconds: 0.0145 };
    expect(totalLine({ rows, total: estimate })).toBe('sum of floors 14.5 ms');
    expect(totalLine({ rows, total: { ...estimate, hiddenFloorSeconds: 0.012 } })).toBe(
      'sum of floors 14.5 ms (12.0 if all loads or arithmetic were hidden)',
    );
  });
  it('name the ceilings', () => {
    const ceilings = { flopsPerSecond: 8.51e10, loadsPerSecond: 1.3e9, dispatchSeconds: 7.5e-6 };
    expect(ceilingsLine({ ...ceilings, counted: 'issued' })).toBe(
      'ceilings: 85.1 GFLOP/s, 1.30 G loads issued/s, 7.5 µs a dispatch',
    );
    expect(ceilingsLine({ ...ceilings, counted: 'issued', overlap: 0.126 })).toBe(
      'ceilings: 85.1 GFLOP/s, 1.30 G loads issued/s, 13 % overlap, 7.5 µs a dispatch',
    );
    expect(ceilingsLine({ ...ceilings, flopsPerSecond: 6e13, counted: 'distinct' })).toBe(
      'ceilings: 60000 GFLOP/s, 1.30 G loads from memory/s, 7.5 µs a dispatch',
    );
  });
});
