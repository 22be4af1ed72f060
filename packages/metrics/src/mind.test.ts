// References: NumPy, with quantile functions on a common grid (fixtures/make.py); the closed form of moved normal sets.
import { expect, it } from 'vitest';
import { mind } from './mind';
import { normalSet, reference, setOf } from './testing/sets';

it.each<{ a: string; b: string; mind: number }>(reference.mind.values)(
  'NumPy: $a and $b',
  ({ a, b, mind: expected }) => {
    const directions = Float64Array.from(reference.mind.directions.flat());
    const found = mind(setOf(reference.sets[a]), setOf(reference.sets[b]), { directions });
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * expected);
  },
);

it('zero to itself, the same both ways, a function of the seed', () => {
  const [x, y] = [normalSet(64, 12, 1), normalSet(48, 12, 2, 1.2)];
  expect(mind(x, x)).toBe(0);
  expect(mind(x, y)).toBe(mind(y, x));
  expect(mind(x, y)).toBe(mind(x, y, { seed: 0, directions: 1000 }));
  expect(mind(x, y, { seed: 1 })).not.toBe(mind(x, y));
  // Each vector twice is the same distribution.
  const twice = { count: 96, size: 12, rows: Float64Array.of(...y.rows, ...y.rows) };
  expect(Math.abs(mind(x, twice) / mind(x, y) - 1)).toBeLessThan(1e-12);
});

it('a set moved by m in all of d dimensions: 3 d m², as directions go to infinity', () => {
  const [size, shift] = [40, 2];
  const x = normalSet(30, size, 1);
  const moved = { ...x, rows: x.rows.map((value) => value + shift) };
  const expected = 3 * size * shift ** 2;
  // The squared sum of a unit vector's elements has mean 1 and variance 2 (d − 1)/(d + 2).
  expect(Math.abs(mind(x, moved, { directions: 8000 }) / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / 8000));
  const apart = mind(normalSet(4000, size, 1), normalSet(3000, size, 2, 1, 1), { directions: 500 });
  expect(Math.abs(apart / (3 * size) - 1)).toBeLessThan(0.15);
});

it('says what is wrong', () => {
  const x = normalSet(4, 3, 1);
  expect(() => mind(x, normalSet(4, 2, 1))).toThrow('the first set has features of size 3, the second of 2');
  expect(() => mind(x, x, { directions: 0 })).toThrow('0 are no directions of size 3');
  expect(() => mind(x, x, { directions: new Float64Array(4) })).toThrow(
    'directions of 4 numbers are no directions of size 3',
  );
  expect(() => mind(x, { ...x, rows: x.rows.map(() => 1e200) })).toThrow('the features are too large');
});
