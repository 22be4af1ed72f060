// Reference: MIND of sets that are drawn from one distribution, measured again and again.
import { expect, it } from 'vitest';
import { mind } from './mind';
import { mindBias } from './mind-bias';
import { normalSet } from './testing/sets';

it.each([
  [40, 40, 12],
  [30, 200, 12],
  [300, 60, 5],
])('%i perfect samples against %i of size %i', (n, m, size) => {
  const scores = Array.from({ length: 12 }, (_, i) =>
    mind(normalSet(n, size, 100 + i, 1.7, 3), normalSet(m, size, 900 + i, 1.7, 3), { directions: 200 }),
  );
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  expect(Math.abs(mindBias(normalSet(m, size, 7, 1.7, 3), n) / mean - 1)).toBeLessThan(0.25);
});

it('falls with the number of samples, is zero for equal vectors, and a function of the seed', () => {
  const x = normalSet(2000, 8, 1);
  const [few, many] = [mindBias(x, 50), mindBias(x, 2000)];
  expect(many).toBeLessThan(few / 10);
  expect(mindBias({ ...x, rows: x.rows.map(() => 2) }, 50)).toBe(0);
  expect(mindBias(x, 50, { seed: 1 })).not.toBe(few);
  expect(mindBias(x, 50)).toBe(few);
});

it('says what is wrong', () => {
  const x = normalSet(4, 3, 1);
  expect(() => mindBias(x, 0)).toThrow('the bias of 0 samples');
  expect(() => mindBias({ ...x, count: 1, rows: x.rows.slice(0, 3) }, 9)).toThrow('the reference: 1 of at least 2');
});
