// Reference: tables and sentences written by hand.
import { describe, expect, it } from 'vitest';
import { memoryNotes, memoryTable } from './memory-table';
import { suiteReport } from './report';
import { outcome, trainJob } from './testing';

const mib = 2 ** 20;
const planned = { state: 80 * mib, temporary: 102 * mib, liveBound: 100 * mib, other: 20 * mib };
const outcomes = [
  outcome('noisesmith', 1, { memory: { baseline: 150 * mib, growth: 320 * mib, warmGrowth: 240 * mib, planned } }),
  outcome('peer', 1, { memory: { baseline: 99.94 * mib, growth: 800 * mib, warmGrowth: 600 * mib, planned: null } }),
  outcome('elsewhere', 1, { memory: { baseline: mib, growth: mib, warmGrowth: null, planned: null } }),
  outcome('unseen', 1),
  { name: 'broken', failure: 'exit status 1' },
];
const run = { job: trainJob, outcomes };

describe('memoryTable', () => {
  it('shows both growths with their ratios, and what is not known as a dash', () => {
    expect(memoryTable(run)).toBe(
      [
        '| MiB        | before | growth, warm steps | ratio to noisesmith | growth, first step too | ratio to noisesmith | planned |',
        '| ---------- | -----: | -----------------: | ------------------: | ---------------------: | ------------------: | ------: |',
        '| noisesmith |  150.0 |              240.0 |               1.00× |                  320.0 |               1.00× |   202.0 |',
        '| peer       |   99.9 |              600.0 |               2.50× |                  800.0 |               2.50× |       – |',
        '| elsewhere  |    1.0 |                  – |                   – |                    1.0 |               0.00× |       – |',
        '| unseen     |      – |                  – |                   – |                      – |                   – |       – |',
        '| broken     | failed |                  – |                   – |                      – |                   – |       – |',
      ].join('\n'),
    );
  });

  it('gives no ratio without the reference', () => {
    expect(memoryTable({ ...run, outcomes: outcomes.slice(1) })).not.toContain('×');
  });
});

describe('memoryNotes', () => {
  it('compares a plan with the most that lives at one time', () => {
    expect(memoryNotes(run)).toContain(
      'noisesmith plans 80.0 MiB of state, 102.0 of temporary buffers (2.0 % above the most that lives at one time) and 20.0 of inputs',
    );
    expect(memoryNotes({ ...run, outcomes: outcomes.slice(1) })).not.toContain('plans');
  });
});

it('stands under the times of a train step', () => {
  const report = suiteReport('train', [run]);
  expect(report.indexOf('| MiB ')).toBeGreaterThan(report.indexOf('| contestant '));
  expect(report).toContain(memoryNotes(run));
});
