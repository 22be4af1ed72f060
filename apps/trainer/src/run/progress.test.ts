// Reference: the definition in the docstrings, on a clock that the test moves; ECMA-48 for the control characters.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Progress } from './progress';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(columns?: number) {
  const lines: string[] = [];
  const progress = new Progress({ columns, err: (text) => lines.push(text) });
  return { lines, progress };
}

it('without a terminal a line comes at most every ten seconds', () => {
  const { lines, progress } = setUp();
  for (let step = 1; step <= 25; step++) {
    progress.status(`step ${step}`);
    vi.advanceTimersByTime(1000);
  }
  progress.end();
  expect(lines).toEqual(['step 1\n', 'step 11\n', 'step 21\n']);
});

it('without a terminal nothing is silent for two minutes', () => {
  const { lines, progress } = setUp();
  progress.note('a run of 10 steps');
  progress.count('compiling kernels', 3, 40);
  vi.advanceTimersByTime(150_000);
  progress.count('compiling kernels', 40, 40);
  vi.advanceTimersByTime(90_000);
  progress.end();
  vi.advanceTimersByTime(600_000);
  expect(lines).toEqual([
    'a run of 10 steps\n',
    'compiling kernels 3/40: under way for 1:00\n',
    'compiling kernels 3/40: under way for 2:00\n',
    'compiling kernels 40/40: under way for 0:30\n',
    'compiling kernels 40/40: under way for 1:30\n',
  ]);
});

it('without a terminal what counts on is not said to be under way for no time', () => {
  const { lines, progress } = setUp();
  for (let step = 0; step <= 130; step++) {
    progress.count('samples 1 to 64, step', step, 500);
    vi.advanceTimersByTime(1000);
  }
  progress.end();
  expect(lines).toEqual(['samples 1 to 64, step 59/500\n', 'samples 1 to 64, step 119/500\n']);
});

it('on a terminal one line is rewritten, and names cannot move its cursor', () => {
  const { lines, progress } = setUp(20);
  progress.count('reading', 1, 2);
  progress.note('warning: \x1b[2Ja.png\x9b7m: broken');
  progress.end();
  expect(lines).toEqual([
    '\r\x1b[Kreading 1/2',
    '\r\x1b[Kwarning: \\u001b[2Ja.png\\u009b7m: broken\nreading 1/2',
    '\n',
  ]);
});
