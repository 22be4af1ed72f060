// Reference: worked out by hand.
import { expect, it } from 'vitest';
import { pagesResult } from './result';

it('rounds are compared each by itself, so that a machine that slows down does not count', () => {
  const turns = [
    { without: 100, with: 96 },
    { without: 50, with: 49 },
    { without: 80, with: 81 },
  ];
  const result = pagesResult(turns);
  expect(result).toMatchObject({ without: 80, with: 81 });
  expect(result.slowdown).toBeCloseTo(0.02, 12);
  expect(result.slowdowns[2]).toBeCloseTo(-1 / 80, 12);
});
