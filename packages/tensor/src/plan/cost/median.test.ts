// Reference: closed forms worked by hand.
import { expect, it } from 'vitest';
import { median } from './median';

it('takes the middle of an odd count, whatever the order', () => {
  expect(median([9, 1, 10])).toBe(9);
});

it('takes the mean of the two middle values of an even count', () => {
  expect(median([4, 1, 100, 2])).toBe(3);
});

it('leaves its input alone and refuses an empty one', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
  expect(() => median([])).toThrow('the median of no values');
});
