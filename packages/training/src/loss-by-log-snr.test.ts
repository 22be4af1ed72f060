// The definition itself: bins one wide, means by hand, the outermost bins take what lies beyond.
import { expect, it } from 'vitest';
import { lossByLogSnr } from './loss-by-log-snr';

it('sorts losses into bins one wide', () => {
  expect(lossByLogSnr([1, 3, 5, 0.123456], [-0.5, -0.1, 1.5, 2])).toEqual({
    from: -1,
    counts: [2, 0, 1, 1],
    losses: [2, null, 5, 0.1235],
  });
});

it('counts what lies beyond in the outermost bins', () => {
  const { counts, from } = lossByLogSnr([1, 2], [-1e9, Infinity]);
  expect([from, counts.length, counts[0], counts.at(-1)]).toEqual([-20, 40, 1, 1]);
});

it('takes a window of any number of examples', () => {
  const many = 300_000;
  const { counts } = lossByLogSnr(
    Array.from({ length: many }, () => 1),
    Array.from({ length: many }, (_, i) => i % 2),
  );
  expect(counts).toEqual([many / 2, many / 2]);
});
