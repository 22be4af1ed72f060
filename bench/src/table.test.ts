// Reference: tables written by hand from GitHub's Markdown table form.
import { describe, expect, it } from 'vitest';
import type { ContestantResult } from './protocol';
import { formatMs, markdownTable, verdict } from './table';

function result(name: string, ms: number, changes: Partial<ContestantResult> = {}): ContestantResult {
  return {
    name,
    adapter: 'one adapter',
    configName: 'tiny',
    batch: 32,
    msPerStep: { min: ms, median: ms, all: [ms] },
    firstStepMs: 5 * ms,
    verified: { lossRelError: 0, gradWorst: 0 },
    ...changes,
  };
}

describe('formatMs', () => {
  it('gives three significant digits', () => {
    expect([0.0123, 0.5, 5.4321, 54.321, 543.21, 5432.1].map(formatMs)).toEqual([
      '0.012',
      '0.500',
      '5.43',
      '54.3',
      '543',
      '5432',
    ]);
  });
});

describe('verdict', () => {
  it('tells passed, failed and unchecked apart', () => {
    expect(verdict(result('a', 1))).toBe('yes');
    expect(verdict(result('a', 1, { verified: null }))).toBe('not checked');
    expect(verdict(result('a', 1, { verified: { lossRelError: 1, gradWorst: 0 } }))).toBe('no (lossRelError)');
  });
});

describe('markdownTable', () => {
  it('shows ratios to the reference of the same run and failures in place', () => {
    const outcomes = [
      { name: 'noisesmith', result: result('noisesmith', 100) },
      { name: 'peer', result: result('peer', 250, { verified: null }) },
      { name: 'broken', failure: 'exit status 1' },
    ];
    expect(markdownTable(outcomes)).toBe(
      [
        '| contestant | ms/step (median) | first step (ms) | ratio to noisesmith | verified    |',
        '| ---------- | ---------------: | --------------: | ------------------: | ----------- |',
        '| noisesmith |              100 |             500 |               1.00× | yes         |',
        '| peer       |              250 |            1250 |               2.50× | not checked |',
        '| broken     |           failed |               – |                   – | –           |',
      ].join('\n'),
    );
  });

  it('gives no ratio without the reference or on another adapter', () => {
    const alone = markdownTable([{ name: 'peer', result: result('peer', 250) }]);
    expect(alone).not.toContain('×');
    const elsewhere = markdownTable([
      { name: 'noisesmith', result: result('noisesmith', 100) },
      { name: 'peer', result: result('peer', 250, { adapter: 'another adapter' }) },
    ]);
    expect(elsewhere).toContain('1.00×');
    expect(elsewhere).not.toContain('2.50×');
  });
});
