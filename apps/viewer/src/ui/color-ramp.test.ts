// References: relative luminance by WCAG 2.2; the definitions in the docstrings.
import { describe, expect, it } from 'vitest';
import { intervalOf, rampColor, shareOf } from './color-ramp';

const luminance = (rgb: readonly number[]): number => {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};

it('the ramp gets lighter all along, so that it is read without seeing hues', () => {
  const steps = Array.from({ length: 101 }, (_, i) => luminance(rampColor(i / 100)));
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThan(steps[i - 1]!);
  expect(rampColor(-1)).toEqual(rampColor(0));
  expect(rampColor(2)).toEqual([253, 231, 37]);
});

it('a share is linear in the value, or in its logarithm', () => {
  expect(shareOf(3, [2, 6], false)).toBe(0.25);
  expect(shareOf(10, [1, 100], true)).toBeCloseTo(0.5, 12);
  expect(shareOf(0, [1, 100], true)).toBeNaN();
  expect(shareOf(Number.NaN, [0, 1], false)).toBeNaN();
  expect(shareOf(4, [4, 4], false)).toBe(0.5);
});

describe('the interval of a value', () => {
  const edges = [0, 1, 5, 6];
  it.each([
    [0, 0],
    [0.99, 0],
    [1, 1],
    [4, 1],
    [5.5, 2],
    [6, 2],
    [-0.1, undefined],
    [6.1, undefined],
    [Number.NaN, undefined],
  ])('%f is in %s', (at, place) => {
    expect(intervalOf(edges, at)).toBe(place);
  });
});
