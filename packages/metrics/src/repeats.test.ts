// Reference: arithmetic.
import { expect, it } from 'vitest';
import { summarizeRepeats } from './repeats';

it('mean, lowest, highest and what lies between', () => {
  expect(summarizeRepeats([2, 1.5, 4])).toEqual({
    mean: 2.5,
    minimum: 1.5,
    maximum: 4,
    spread: 2.5,
    values: [2, 1.5, 4],
  });
  expect(summarizeRepeats([3])).toMatchObject({ mean: 3, minimum: 3, spread: 0 });
  expect(() => summarizeRepeats([])).toThrow('no repeats to summarize');
});
