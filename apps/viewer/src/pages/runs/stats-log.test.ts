// Reference: what `@noisesmith/training` says that a line holds; JSON of lines written here, cut and damaged on purpose.
import { describe, expect, it } from 'vitest';
import { readStatLine, StatsLog } from './stats-log';

const line = (step: number, more: object = {}): string => `${JSON.stringify({ step, loss: step / 10, ...more })}\n`;
const steps = ({ lines }: StatsLog): number[] => lines.map(({ step }) => step);

describe('a line', () => {
  it('of today is read whole', () => {
    const full = {
      step: 7,
      images: 28,
      loss: 0.5,
      lossQuarters: [0.1, null, 0.3, 0.4],
      lossByLogSnr: { from: -2, counts: [1, 0, 3], losses: [0.5, null, 0.25] },
      gradientNorm: 2,
      learningRate: 1e-3,
      imagesPerSecond: null,
      frechet: 12,
      time: '2026-01-02T03:04:05.678Z',
    };
    expect(readStatLine(JSON.stringify(full))).toEqual({
      step: 7,
      images: 28,
      loss: 0.5,
      gradientNorm: 2,
      learningRate: 1e-3,
      frechet: 12,
      time: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      levels: full.lossByLogSnr,
      quarters: full.lossQuarters,
    });
  });

  it.each([
    'no JSON',
    '{"step":3,"loss":0.4',
    '[1,2]',
    '"step"',
    'null',
    '{"loss":1}',
    '{"step":"3"}',
    '{"step":-1}',
    '{"step":1.5}',
  ])('%s tells nothing', (text) => {
    expect(readStatLine(text)).toBeUndefined();
  });

  it('keeps what is sound of one that is not', () => {
    const odd = { step: 1, loss: 'high', gradientNorm: 3, time: 'noon', lossQuarters: [1], lossByLogSnr: { from: 0 } };
    expect(readStatLine(JSON.stringify(odd))).toEqual({ step: 1, gradientNorm: 3 });
    const levels = { from: 1e9, counts: [1], losses: [1] };
    expect(readStatLine(JSON.stringify({ step: 1, lossByLogSnr: levels }))).toEqual({ step: 1 });
  });
});

describe('a file', () => {
  it('is read in any pieces, and its last line when it is whole', () => {
    const text = line(1) + line(2) + line(3);
    for (const size of [1, 7, 1000]) {
      const log = new StatsLog();
      for (let at = 0; at < text.length; at += size) log.append(text.slice(at, at + size));
      expect(steps(log)).toEqual([1, 2, 3]);
    }
    const open = new StatsLog();
    open.append(text.slice(0, -1));
    expect(steps(open)).toEqual([1, 2]);
    open.end();
    expect(steps(open)).toEqual([1, 2, 3]);
  });

  it('may end in a half-written line, which is no damage', () => {
    const log = new StatsLog();
    log.append(line(1) + line(2).slice(0, 9));
    log.end();
    expect([steps(log), log.damaged.count]).toEqual([[1], 0]);
  });

  it('tells how many lines are damaged, and the first', () => {
    const log = new StatsLog();
    log.append(`${line(1)}\nnonsense\n${line(2)}{"step":\n`);
    expect([steps(log), log.damaged]).toEqual([[1, 2], { count: 2, first: 3 }]);
  });

  it('of a run that went back holds its last way', () => {
    const log = new StatsLog();
    log.append(line(1) + line(5) + line(9) + line(6) + line(8));
    expect(steps(log)).toEqual([1, 5, 6, 8]);
  });

  it('joins what was measured later to its step', () => {
    const log = new StatsLog();
    log.append(`${line(4)}{"step":4,"frechet":3}\n`);
    expect(log.lines).toEqual([{ step: 4, loss: 0.4, frechet: 3 }]);
  });
});
