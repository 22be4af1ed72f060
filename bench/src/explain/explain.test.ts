// Reference: groups, sums and lines worked out by hand; the graph that the benchmark's step is.
import { explain, makePlan } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { TINY_SMALLBATCH } from '../configs';
import { gpuProfile } from './gpu-profile';
import { groupKernels, placeOf } from './group';
import { parseExplainOptions } from './options';
import { ceilingsLine, explainTable, summaryLine } from './table';
import { trainGraph } from './train-step';

const row = (label: string, form: string, seconds: number | undefined, floorSeconds: number) => ({
  label,
  form,
  workgroups: 1,
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
    ['second.b12.read/layerNorm', 'second.b.read/layerNorm'],
    ['grad.d.layerNorm/layerNormBackward 1', 'grad.d.layerNorm/layerNormBackward 1'],
    ['first.blocks2.l/pointwise', 'first.blocks2.l/pointwise'],
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

describe('tables', () => {
  it('show times, floors, ratios and counts', () => {
    expect(explainTable(groupKernels(rows.slice(0, 1)))).toBe(
      [
        '| kernel                    | place                   | count |   ms | floor ms | ratio | bound by | Mflop | Mloads | Mstores |   MB |',
        '| ------------------------- | ----------------------- | ----: | ---: | -------: | ----: | -------- | ----: | -----: | ------: | ---: |',
        '| contract 1x2x3x4 rows 8x8 | first.b.l.attn/contract |     1 | 4.00 |     2.00 |  2.00 | loads    |  2.00 |   1.00 |    0.50 | 4.00 |',
      ].join('\n'),
    );
  });
  it('leave out what an estimate does not have', () => {
    const [header] = explainTable(groupKernels([row('k', 'form', undefined, 0.001)])).split('\n');
    expect(header).not.toMatch(/ratio|\| +ms/);
  });
  it('sum up step, kernels and floors', () => {
    const work = { flops: 0, loads: 0, stores: 0 };
    const total = { work, bytes: 0, seconds: 0.019, floorSeconds: 0.0145 };
    expect(summaryLine({ rows, total }, 29)).toBe(
      'step 29.0 ms, sum of kernels 19.0 ms, sum of floors 14.5 ms, ratio step/floors 2.00',
    );
    expect(summaryLine({ rows, total: { work, bytes: 0, floorSeconds: 0.0145 } })).toBe('sum of floors 14.5 ms');
  });
  it('name the ceilings', () => {
    const ceilings = { flopsPerSecond: 8.51e10, loadsPerSecond: 1.3e9, dispatchSeconds: 7.5e-6, counted: 'issued' };
    expect(ceilingsLine(ceilings as never)).toBe('ceilings: 85.1 GFLOP/s, 1.30 G loads issued/s, 7.5 µs a dispatch');
  });
});

describe('options', () => {
  it('reads the ceilings of another adapter', () => {
    const { ceilings } = parseExplainOptions(['--ceilings', '60e12,0.8e12']);
    expect(ceilings).toEqual({
      flopsPerSecond: 6e13,
      loadsPerSecond: 8e11,
      dispatchSeconds: 5e-6,
      counted: 'distinct',
    });
    expect(parseExplainOptions(['--ceilings', '1,2,3']).ceilings!.dispatchSeconds).toBe(3);
  });
  it.each([
    [['--ceilings', '60e12'], '--ceilings: "60e12", expected FLOPS,LOADS'],
    [['--ceilings', '1,0'], '--ceilings: "1,0", expected FLOPS,LOADS'],
    [['--top', '1.5'], '--top: "1.5", expected a whole number of at least 0'],
    [['--steps', '0'], '--steps: "0", expected a whole number of at least 1'],
    [['--config', 'huge'], '--config: unknown config "huge"'],
  ])('refuses %j', (args, message) => {
    expect(() => parseExplainOptions(args)).toThrow(message);
  });
  it('prints all rows for --top 0', () => {
    expect(parseExplainOptions(['--top', '0']).top).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the train step', () => {
  it('has an estimate from two ceilings that scales with them', () => {
    const plan = makePlan(trainGraph(TINY_SMALLBATCH), gpuProfile);
    const fast = { flopsPerSecond: 1e12, loadsPerSecond: 1e11, dispatchSeconds: 1e-6, counted: 'distinct' as const };
    const slow = { ...fast, flopsPerSecond: 1e11, loadsPerSecond: 1e10, dispatchSeconds: 1e-5 };
    const { rows: explained, total } = explain(plan, fast);
    expect(explained).toHaveLength(plan.kernels.length);
    expect(explain(plan, slow).total.floorSeconds / total.floorSeconds).toBeCloseTo(10, 9);
    const contractions = explained.filter(({ form }) => form.startsWith('contract'));
    const flops = contractions.reduce((sum, { work }) => sum + work.flops, 0);
    // Matrix products are most of what a RIN computes.
    expect(flops / total.work.flops).toBeGreaterThan(0.5);
  });
});
