// Reference: all numbers that the 65536 patterns of IEEE 754 binary16 stand for, from their sign, exponent and fraction.
import { expect, it } from 'vitest';
import { roundToHalf } from './half';

/** Numbers from 0 to the largest, ascending. */
const numbers = Array.from({ length: 0x7c00 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 10, bits & 0x3ff];
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
});

it('keeps every 16-bit float', () => {
  expect(numbers.map(roundToHalf)).toEqual(numbers);
  expect(numbers.map((x) => roundToHalf(-x) + x)).toEqual(numbers.map(() => 0));
});

it('rounds to the nearer neighbour, and from the middle to the even one', () => {
  for (let i = 0; i + 1 < numbers.length; i++) {
    const [below, above] = [numbers[i]!, numbers[i + 1]!];
    const middle = (below + above) / 2;
    const step = above - below;
    const found = [middle - step / 64, middle, middle + step / 64].map(roundToHalf);
    expect(found).toEqual([below, i % 2 === 0 ? below : above, above]);
  }
});

it('ends at the largest', () => {
  expect([65504, 65505, 1e9, Number.POSITIVE_INFINITY, -7e4].map(roundToHalf)).toEqual([
    65504, 65504, 65504, 65504, -65504,
  ]);
  expect(roundToHalf(Number.NaN)).toBeNaN();
});
