// Reference: worked out by hand.
import { expect, it } from 'vitest';
import { pagesResult } from './result';

it('rounds are compared each by itself, so that a machine that slows down does not count', () => {
  const turn = (pace: number, cpuPerImage: number) => ({ pace, cpuPerImage });
  const { cpu, pace } = pagesResult([
    { without: turn(100, 10), with: turn(96, 10.1) },
    { without: turn(50, 20), with: turn(49, 20.4) },
    { without: turn(80, 10), with: turn(81, 11) },
  ]);
  expect(pace).toMatchObject({ without: 80, with: 81 });
  expect(pace.loss).toBeCloseTo(0.02, 12);
  expect(pace.losses[2]).toBeCloseTo(-1 / 80, 12);
  expect(cpu).toMatchObject({ without: 10, with: 11 });
  expect(cpu.loss).toBeCloseTo(0.02, 12);
});
