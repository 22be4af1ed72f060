// References: least squares by hand on distances computed one by one; the bias of normal samples to second order.
import { expect, it } from 'vitest';
import { expectedBias } from './expected-bias';
import { frechetDistance, frechetDistanceOfSets } from './frechet';
import { frechetDistanceInfinity } from './frechet-infinity';
import { momentsOf } from './statistics';
import { normalSet, rotated } from './testing/sets';

const size = 6;
const samples = normalSet(3000, size, 1, 1, 0.3);
const unit = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) ? 0 : 1));
const standard = { mean: new Float64Array(size), covariance: unit };

it('fifteen sizes up to all samples, and the line through their distances', () => {
  const found = frechetDistanceInfinity(samples, standard);
  expect(found.sizes).toHaveLength(15);
  expect([found.sizes[0], found.sizes[1], found.sizes[14]]).toEqual([300, 492, 3000]);
  expect(found.distances[14]).toBe(frechetDistance(momentsOf(samples), standard));
  // The normal equations, which the line has to satisfy.
  const residuals = found.sizes.map((n, i) => found.distances[i]! - found.value - found.slope / n);
  expect(Math.abs(residuals.reduce((sum, r) => sum + r, 0))).toBeLessThan(1e-12);
  expect(Math.abs(residuals.reduce((sum, r, i) => sum + r / found.sizes[i]!, 0))).toBeLessThan(1e-14);
  expect(frechetDistanceInfinity(samples, standard)).toEqual(found);
  expect(frechetDistanceInfinity(samples, standard, { seed: 1 }).value).not.toBe(found.value);
});

it('comes nearer to the true distance than the plain one does, and knows the bias', () => {
  const few = normalSet(400, size, 7, 1, 0.3);
  const truth = size * 0.3 ** 2;
  let plain = 0;
  let extrapolated = 0;
  for (let seed = 0; seed < 12; seed++) {
    const set = normalSet(400, size, 100 + seed, 1, 0.3);
    plain += frechetDistance(momentsOf(set), standard) / 12;
    extrapolated += frechetDistanceInfinity(set, standard, { points: 8, smallest: 60 }).value / 12;
  }
  expect(Math.abs(extrapolated - truth)).toBeLessThan(Math.abs(plain - truth) / 1.5);
  const { slope } = frechetDistanceInfinity(few, few, { points: 10 });
  expect(slope).toBeGreaterThan(0);
});

it('a set as reference', () => {
  const set = normalSet(50, size, 3);
  const found = frechetDistanceInfinity(samples, set, { points: 3, smallest: 10 });
  expect(found.distances[2]).toBe(frechetDistanceOfSets(samples, set));
});

it('the bias of perfect samples: to second order for many, twice the variance at most for two', () => {
  const variances = Float64Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
  const reference = { mean: new Float64Array(40).fill(3), covariance: rotated(variances, 8) };
  const total = variances.reduce((sum, value) => sum + value, 0);
  let pairs = 0;
  for (const a of variances) for (const b of variances) pairs += (a * b) / (a + b);
  // The mean's variance, and half of E|dΣ|² / (λi + λj) of the covariance.
  const secondOrder = (n: number) => total / n + (pairs + total / 2) / (2 * (n - 1));
  const mean = (n: number) => [1, 2, 3, 4].reduce((sum, seed) => sum + expectedBias(reference, n, { seed }) / 4, 0);
  expect(Math.abs(mean(80) / secondOrder(80) - 1)).toBeLessThan(0.15);
  expect(Math.abs(mean(50_000) / secondOrder(50_000) - 1)).toBeLessThan(0.15);
  expect(mean(2)).toBeGreaterThan(total);
  expect(mean(20)).toBeGreaterThan(3 * mean(80));
  expect(expectedBias(reference, 50)).toBe(expectedBias(reference, 50));
});

it('says what is wrong', () => {
  expect(() => frechetDistanceInfinity(samples, standard, { points: 1 })).toThrow(
    'a line takes 2 points or more, not 1',
  );
  expect(() => frechetDistanceInfinity(samples, standard, { smallest: 3000 })).toThrow('expected 2 to 2999');
  expect(() => frechetDistanceInfinity(normalSet(9, 2, 1), standard)).toThrow('the samples has features of size 2');
  expect(() => expectedBias(standard, 1)).toThrow('the bias of 1 samples; it takes at least 2');
});
