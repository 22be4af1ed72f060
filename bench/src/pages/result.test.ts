// Reference: worked out by hand.
import { expect, it } from 'vitest';
import { pagesResult } from './result';

it('rounds are compared each by itself, so that a machine that slows down does not count', () => {
  const turn = (pace: number, cpuPerImage: number) => ({ pace, cpuPerImage, threads: new Map() });
  const { cpu, pace, serving } = pagesResult([
    { without: turn(100, 10), with: turn(96, 10.1) },
    { without: turn(50, 20), with: turn(49, 20.4) },
    { without: turn(80, 10), with: turn(81, 11) },
  ]);
  expect(pace).toMatchObject({ without: 80, with: 81 });
  expect(pace.loss).toBeCloseTo(0.02, 12);
  expect(pace.losses[2]).toBeCloseTo(-1 / 80, 12);
  expect(cpu).toMatchObject({ without: 10, with: 11 });
  expect(cpu.loss).toBeCloseTo(0.02, 12);
  expect(serving).toBeNaN();
});

it('what serves is the threads that rest while no page is open', () => {
  const turn = (threads: Record<string, number>) => ({
    pace: 1,
    cpuPerImage: 1,
    threads: new Map(Object.entries(threads)),
  });
  const { serving } = pagesResult([
    { without: turn({ training: 900, serving: 0, pool: 0.5 }), with: turn({ training: 905, serving: 20, pool: 2 }) },
    // A thread that begins with the pages is one of theirs; one that computes without them is not.
    { without: turn({ training: 900, serving: 0.2, pool: 3 }), with: turn({ training: 900, serving: 10, new: 4 }) },
  ]);
  expect(serving).toBeCloseTo((20 + 14) / 2, 12);
});
