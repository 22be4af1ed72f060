// Reference: rounded by hand.
import { expect, it } from 'vitest';
import { threeDigits } from './three-digits';

it.each([
  [0.0012345, '0.00123'],
  [1, '1.00'],
  [99.94, '99.9'],
  [99.96, '100'],
  [3072.4, '3072'],
  [0, '0.00'],
  [-123.4, '-123'],
  [-0.5, '-0.500'],
])('writes %d as %s', (value, text) => {
  expect(threeDigits(value)).toBe(text);
});
