// Reference: tables written by hand from GitHub's Markdown table form.
import { describe, expect, it } from 'vitest';
import type { Job } from './job';
import { suiteReport } from './report';
import { jobTable, runtimeLine, trainTable, verdict } from './table';
import { measured, outcome, trainJob } from './testing';

const matmulJob: Job = { kind: 'op', name: 'matmul-2', op: { kind: 'matmul', size: 2 }, repeats: 1, budgetMs: 1 };

describe('verdict', () => {
  it('tells passed, failed and unchecked apart', () => {
    expect(verdict(measured('a', 1))).toBe('yes');
    expect(verdict(measured('a', 1, { errors: null }))).toBe('not checked');
    expect(verdict(measured('a', 1, { errors: { loss: 1, gradients: 0 } }))).toBe('no (loss)');
  });
});

describe('trainTable', () => {
  it('shows ratios to the reference of the same run and failures in place', () => {
    const outcomes = [
      outcome('noisesmith', 100),
      outcome('peer', 250, { adapter: null, runtime: 'CPU', errors: null }),
      { name: 'broken', failure: 'exit status 1' },
    ];
    expect(trainTable({ job: trainJob, outcomes })).toBe(
      [
        '| contestant | runs on | ms/step (median) | steps | first step (ms) | ratio to noisesmith | verified    |',
        '| ---------- | ------- | ---------------: | ----: | --------------: | ------------------: | ----------- |',
        '| noisesmith | WebGPU  |              100 |     2 |             500 |               1.00× | yes         |',
        '| peer       | CPU     |              250 |     2 |            1250 |               2.50× | not checked |',
        '| broken     | –       |           failed |     – |               – |                   – | –           |',
      ].join('\n'),
    );
  });

  it('takes the same engine on WebAssembly for the reference where it alone is there', () => {
    const outcomes = [outcome('peer', 250, { adapter: null }), outcome('noisesmith-wasm', 100, { adapter: null })];
    const table = trainTable({ job: trainJob, outcomes });
    expect(table).toContain('ratio to noisesmith-wasm');
    expect(table).toContain('2.50×');
    const job = jobTable([{ job: matmulJob, outcomes }]);
    expect(job).toContain('250 (2.50×)');
    expect(job).not.toContain('1.00×');
  });

  it('gives no ratio without the reference or on another adapter', () => {
    expect(trainTable({ job: trainJob, outcomes: [outcome('peer', 250)] })).not.toContain('×');
    const elsewhere = [outcome('noisesmith', 100), outcome('peer', 250, { adapter: 'another adapter' })];
    const table = trainTable({ job: trainJob, outcomes: elsewhere });
    expect(table).toContain('1.00×');
    expect(table).not.toContain('2.50×');
  });
});

describe('jobTable', () => {
  it('has a row for each job and hides the time of a wrong result', () => {
    const runs = [
      { job: matmulJob, outcomes: [outcome('noisesmith', 2), outcome('peer', 3)] },
      {
        job: { ...matmulJob, name: 'other' },
        outcomes: [outcome('noisesmith', 40, { errors: { c: 1 } }), { name: 'peer', failure: 'exit status 1' }],
      },
    ];
    expect(jobTable(runs)).toBe(
      [
        '| ms (median) | noisesmith |         peer |',
        '| ----------- | ---------: | -----------: |',
        '| matmul-2    |       2.00 | 3.00 (1.50×) |',
        '| other       |      wrong |       failed |',
      ].join('\n'),
    );
  });
});

describe('runtimeLine', () => {
  it('names each contestant once', () => {
    const outcomes = [outcome('noisesmith', 1), outcome('peer', 1, { adapter: null, runtime: 'CPU' })];
    const run = { job: matmulJob, outcomes };
    expect(runtimeLine([run, run])).toBe('noisesmith: WebGPU; peer: CPU');
  });
});

describe('suiteReport', () => {
  it('puts a heading with the adapter above each table', () => {
    const run = { job: trainJob, outcomes: [outcome('peer', 3, { adapter: null }), outcome('noisesmith', 1)] };
    expect(suiteReport('train', [run])).toContain('## Train step: tiny, batch 32, one adapter\n\n| contestant');
    expect(suiteReport('ops', [{ ...run, job: matmulJob }])).toContain('## Ops, one adapter\n\n| ms (median)');
  });
});
