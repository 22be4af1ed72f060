// Reference: the fields of vitest's JSON report (Jest's format), cases written by hand; the last line as the README gives it.
import { describe, expect, it } from 'vitest';
import { addCounts, countLeftOut, countTests, summaryLine, testExitCode, withoutNeed } from './test-summary.mjs';

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));

describe('countTests', () => {
  it('counts passed and failed tests over files, and no skipped ones', () => {
    const testResults = [
      { status: 'passed', assertionResults: tests('passed', 'passed', 'skipped', 'todo', 'pending') },
      { status: 'failed', assertionResults: tests('passed', 'failed', 'failed') },
    ];
    expect(countTests({ testResults }, 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('counts a file that did not load as one failure', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: tests('passed') },
    ];
    expect(countTests({ testResults }, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts a file whose hook threw as one failure', () => {
    expect(
      countTests({ testResults: [{ status: 'failed', assertionResults: tests('skipped', 'skipped') }] }, 1),
    ).toEqual({
      passed: 0,
      failed: 1,
    });
  });

  it('counts a crash, with a report or without one', () => {
    expect(countTests(undefined, 134)).toEqual({ passed: 0, failed: 1 });
    expect(countTests({ testResults: [{ status: 'passed', assertionResults: tests('passed') }] }, 1)).toEqual({
      passed: 1,
      failed: 1,
    });
  });
});

describe('countLeftOut', () => {
  it('counts what names have left out, over files', () => {
    const named = (fullName: string, ...statuses: string[]) => statuses.map((status) => ({ status, fullName }));
    const testResults = [
      { status: 'passed', assertionResults: named('a run on WebGPU', 'passed', 'skipped', 'pending', 'failed') },
      { status: 'passed', assertionResults: [...named('WebGPU', 'skipped'), ...named('by git', 'skipped')] },
      { status: 'failed' },
    ];
    expect(countLeftOut({ testResults }, /WebGPU/)).toBe(3);
    expect(countLeftOut({ testResults }, /\bgit\b/)).toBe(1);
    expect(countLeftOut(undefined, /WebGPU/)).toBe(0);
  });
});

describe('the end of npm test', () => {
  it('fails for want of what the set-up could have installed, and else says what was left out and why', () => {
    expect(withoutNeed('those that fly', 'no wings; grow some', true)).toEqual({
      line: 'tests did not run, those that fly: no wings; grow some',
      failed: 1,
    });
    expect(withoutNeed('those that fly', 'no wings; grow some', false)).toEqual({
      line: 'tests left out, those that fly: no wings; grow some',
      failed: 0,
    });
  });

  it('adds up and prints the line', () => {
    const sum = addCounts([
      { passed: 3, failed: 0 },
      { passed: 4, failed: 2 },
    ]);
    expect(summaryLine(sum)).toBe('7 passed, 2 failed');
    expect(summaryLine(addCounts([]))).toBe('0 passed, 0 failed');
  });

  it('fails on a failure and when nothing ran', () => {
    expect(
      [
        { passed: 1, failed: 0 },
        { passed: 1, failed: 1 },
        { passed: 0, failed: 0 },
      ].map(testExitCode),
    ).toEqual([0, 1, 1]);
  });
});
