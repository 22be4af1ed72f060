// References: the plan of the same step, `train --dry-run` for parameters and bytes, sums and medians worked out here; the
// scale of all floors under ceilings ten times as low.
import { rin, rinConfig } from '@noisesmith/rin';
import { presetConfig } from '@noisesmith/runs';
import { makePlan, openDevice } from '@noisesmith/tensor';
import { accumulateStep, applyStep } from '@noisesmith/training';
import { describe, expect, it } from 'vitest';
import { explainStep } from '../src/bench/explain-step';
import { type Report, reportJson, reportText } from '../src/bench/report';
import { resolveConfig } from '../src/config/resolve';
import { parseFlags } from '../src/flags';
import { cli, tinyFlags } from './cli-run';

const network = [...tinyFlags, '--batch', '4'];
const webgpu = ['--backend', 'webgpu'];
const bench = async (...more: string[]) => {
  const result = await cli(['bench', ...network, '--repeats', '3', ...more]);
  expect(result.exitCode, result.err).toBe(0);
  return result.out;
};
/** For what must not open a backend. */
const nothing = { openBackend: () => Promise.reject(new Error('a backend was opened')) };

describe('bench', () => {
  it('times the step that train would run, on WebGPU', async () => {
    const report = JSON.parse(await bench(...webgpu, '--json'));
    const { stepMs, firstMs, imagesPerSecond, ceilings, config } = report;
    expect(stepMs.all).toHaveLength(3);
    expect(stepMs).toMatchObject({
      median: stepMs.all.toSorted((a: number, b: number) => a - b)[1],
      min: Math.min(...stepMs.all),
    });
    expect(imagesPerSecond).toBeCloseTo(4000 / stepMs.median, 9);
    expect(firstMs).toBeGreaterThan(stepMs.min);
    for (const rate of ['flopsPerSecond', 'loadsPerSecond', 'dispatchSeconds'])
      expect(ceilings[rate]).toBeGreaterThan(0);
    expect(report).not.toHaveProperty('kernels');
    const dry = JSON.parse((await cli(['train', ...network, ...webgpu, '--dry-run', '--json'])).out);
    expect([config, report.parameters, report.bytes]).toEqual([dry.config, dry.parameters, dry.bytes]);
  });

  it('times the step on WebAssembly too, and explains it', async () => {
    const report = JSON.parse(await bench('--json', '--explain'));
    expect(report.stepMs.all).toHaveLength(3);
    expect(report).toMatchObject({
      config: { backend: 'auto' },
      adapter: { description: expect.stringContaining('WebAssembly') },
      ceilings: { counted: 'issued' },
    });
    expect(report.kernels.every(({ ratio }: { ratio: number }) => ratio > 0)).toBe(true);
    expect(report.total.seconds).toBeGreaterThan(0);
    expect(await bench()).toMatch(
      /planned\nceilings: [^\n]*\nkernels chosen by rule\nfirst step [\d.]+ ms, compiling included\nstep /,
    );
  });

  it('puts first the kernels of WebGPU that are furthest above their floor', async () => {
    const split = ['--set', 'train.accumulation=2', '--explain'];
    const { kernels, total } = JSON.parse(await bench(...webgpu, ...split, '--json'));
    const sum = (of: (row: never) => number): number => kernels.reduce((all: number, row: never) => all + of(row), 0);
    expect(total.floorSeconds).toBeCloseTo(
      sum(({ floorSeconds }) => floorSeconds),
      12,
    );
    expect(total.seconds).toBeCloseTo(
      sum(({ seconds }) => seconds),
      12,
    );
    const above = kernels.map(
      ({ floorSeconds, seconds }: { floorSeconds: number; seconds: number }) => seconds - floorSeconds,
    );
    expect(above).toEqual(above.toSorted((a: number, b: number) => b - a));

    const { model, train } = await resolveConfig(
      parseFlags([...network, ...split], {
        set: { value: 'V', help: '', repeatable: true },
        preset: { value: 'NAME', help: '' },
        batch: { value: 'N', help: '' },
        explain: { help: '' },
      }),
    );
    using device = await openDevice();
    const net = rin(rinConfig(model));
    const [part, apply] = [accumulateStep(net, train), applyStep(net, train)].map(
      (graph) => makePlan(graph, device.target).kernels.length,
    );
    // Two halves of the batch, then the update.
    expect(kernels).toHaveLength(2 * part! + apply!);
  });

  it('estimates another adapter without opening one', async () => {
    const floor = async (ceilings: string): Promise<number> => {
      const { out } = await cli(['bench', ...network, '--ceilings', ceilings, '--json'], nothing);
      const report = JSON.parse(out);
      expect(report).not.toHaveProperty('stepMs');
      return report.total.floorSeconds;
    };
    expect((await floor('1e12,1e11,1e-5')) / (await floor('1e13,1e12,1e-6'))).toBeCloseTo(10, 9);
    const { out } = await cli(['bench', ...network, '--ceilings', '1e12,1e11'], nothing);
    expect(out).toMatch(/\nestimate: a step takes .* ms at least, .* images\/s at most\n$/);
    const explained = await cli(['bench', ...network, '--ceilings', '1e12,1e11', '--explain'], nothing);
    expect(explained.out).toMatch(/\nkernel +place +count +floor ms +bound by/);
  });

  it('ends with the step whose loss is no number', async () => {
    const broken = ['--set', 'train.learningRate.base=1e30', '--set', 'train.learningRate.warmup=0'];
    const result = await cli(['bench', ...network, '--repeats', '3', ...broken]);
    expect(result.exitCode).toBe(1);
    expect(result.err).toMatch(/^noisesmith: step \d: the loss is no number$/m);
  });
});

describe('a report', () => {
  const kernel = { label: 'a.b1/k', form: 'form 8', items: 1, work: { flops: 4e6, loads: 2e6, stores: 1e6 } };
  const row = { ...kernel, bytes: 8e6, seconds: 0.006, floorSeconds: 0.004, ratio: 1.5, bound: 'fma' as const };
  const report: Report = {
    config: presetConfig('mnist-tiny'),
    adapter: { vendor: 'v', architecture: 'arch', device: '', description: '', software: false },
    parameters: 1234,
    bytes: 3 * 2 ** 20,
    ceilings: { flopsPerSecond: 1e12, loadsPerSecond: 2e11, dispatchSeconds: 5e-6, counted: 'distinct' },
    tuning: { source: 'off', table: { key: '', choices: {} } },
    times: { firstMs: 1500, all: [22, 20, 21] },
    explanation: {
      rows: [row, { ...row, label: 'a.b2/k' }, { ...row, form: 'other', seconds: 0.005, ratio: 1.25 }],
      total: { work: kernel.work, bytes: 24e6, seconds: 0.017, floorSeconds: 0.012, hiddenFloorSeconds: 0.012 },
    },
  };
  const head = [
    'mnist-tiny, batch 8, on arch',
    '1,234 parameters, 3,145,728 bytes (3.0 MiB) planned',
    'ceilings: 1000 GFLOP/s, 200 G loads from memory/s, 5.0 µs a dispatch',
    'kernels chosen by rule',
    'first step 1500 ms, compiling included',
    'step 21.0 ms (median of 3, at least 20.0), 381.0 images/s',
  ];

  it('says what a step takes', () => {
    expect(reportText(report, { table: false, top: 0 })).toBe(`${head.join('\n')}\n`);
  });

  it('has a table of as many groups as asked for, and the sums', () => {
    const table = (top: number): string[] => reportText(report, { table: true, top }).split('\n').slice(head.length);
    expect(table(1)).toEqual([
      '',
      '3 kernels, 2 groups; first those furthest above their floor',
      'kernel  place  count    ms  floor ms  ratio  bound by  Mflop  Mloads  Mstores    MB',
      'form 8  a.b/k      2  12.0      8.00   1.50  fma        8.00    4.00     2.00  16.0',
      'step 21.0 ms, sum of kernels 17.0 ms, sum of floors 12.0 ms, ratio step/floors 1.75',
      '',
    ]);
    expect(table(0)).toHaveLength(7);
  });

  it('has every time and every kernel in its JSON', () => {
    expect(reportJson(report)).toMatchObject({
      tuning: 'off',
      firstMs: 1500,
      stepMs: { median: 21, min: 20, all: [22, 20, 21] },
      kernels: report.explanation!.rows,
      total: report.explanation!.total,
    });
  });
});

describe('explainStep', () => {
  it('counts a program as often as a step runs it, and layouts that it keeps once', () => {
    const kernel = (label: string, flops: number) => ({
      label,
      form: '',
      code: '',
      items: 1,
      work: { flops, loads: 0, stores: 0 },
      operands: [],
    });
    const parts = [
      {
        plan: { kernels: [kernel('k', 1e5), kernel('a', 1e6), kernel('b', 2e6)], kept: [4] },
        runs: 3,
        times: [{ milliseconds: 0.2 }, { milliseconds: 3 }, { milliseconds: 5 }],
      },
      { plan: { kernels: [kernel('c', 4e6)], kept: [] }, runs: 1, times: [{ milliseconds: 4.5 }] },
    ];
    const ceilings = { flopsPerSecond: 1e9, loadsPerSecond: 1e9, dispatchSeconds: 0, counted: 'issued' } as const;
    const { rows, total } = explainStep(parts, ceilings);
    expect(rows.map(({ label }) => label).join('')).toBe('bbbaaack');
    expect(total.floorSeconds).toBeCloseTo(0.0131, 12);
    expect(total.seconds).toBeCloseTo(0.0287, 12);
  });
});
