// References: NumPy and SciPy, coefficient by coefficient and by masks (fixtures/make.py); Parseval; closed forms for
// white noise and for spectra that are powers.
import { describe, expect, it } from 'vitest';
import { coefficientsOf, furthest, planesOf, reference } from '../testing/fixture';
import { fillNormals } from './normals';
import { crossing, powerSpectrum, ringCount, ringMap, ringSums } from './spectrum';

const picture = planesOf(reference.picture);
const noise = planesOf(reference.noise);
const sums = ringSums(coefficientsOf(picture), coefficientsOf(noise), ringMap(reference.side));

describe('sums over rings', () => {
  it.each(['picture', 'noise', 'both'] as const)('of %s are those of NumPy', (name) => {
    sums[name].forEach((values, k) => {
      expect(furthest(values, reference.rings[name][k]!)).toBeLessThan(1e-5);
    });
  });

  it('hold every coefficient once, and all energy', () => {
    expect(sums.counts.reduce((a, b) => a + b)).toBe(reference.side ** 2);
    expect(sums.counts.length).toBe(ringCount(reference.side));
    const energy = reference.picture[1]!.reduce((sum, value) => sum + value * value, 0);
    expect(sums.picture[1]!.reduce((a, b) => a + b)).toBeCloseTo(energy, 5);
  });
});

describe('power spectrum', () => {
  it('is that of NumPy', () => {
    sums.power.forEach((values, k) => {
      expect(furthest(values, reference.power[k]!)).toBeLessThan(1e-5);
    });
  });

  it('of white noise is its variance at every frequency', () => {
    const side = 128;
    const white = () => {
      const plane = new Float32Array(side * side);
      fillNormals(plane, 5);
      return plane.map((value) => 0.3 * value);
    };
    const image = coefficientsOf({ side, planes: [white(), white(), white()] });
    const { power, counts } = ringSums(image, image, ringMap(side));
    power[0]!.forEach((value, r) => {
      if (r === 0) return;
      // A mean of n squares of normals has the deviation sqrt(2 / n); five of them.
      const near = counts.slice(Math.ceil(r / 1.1), Math.floor(r * 1.1) + 1).reduce((a, b) => a + b);
      expect(Math.abs(value / 0.09 - 1)).toBeLessThan(5 * Math.sqrt(2 / near));
    });
  });

  it('of one ring alone is the mean of its squares', () => {
    expect(Array.from(powerSpectrum(Float64Array.of(9, 6, 8), Float64Array.of(1, 3, 2)))).toEqual([0, 2, 4]);
  });
});

describe('where the picture drowns', () => {
  const side = 64;
  const falling = Float64Array.from({ length: 91 }, (_, r) => (r === 0 ? 0 : 100 / r ** 2));

  it('is where a power meets the floor', () => {
    for (const ring of [1.5, 7.25, 31.9, 63.5]) {
      expect(crossing(falling, 100 / ring ** 2, side)).toEqual({ ring: expect.closeTo(ring, 10), seen: true });
    }
  });

  it('is nowhere where the picture is stronger, or weaker, throughout', () => {
    expect(crossing(falling, 100 / 64 ** 2, side)).toEqual({ ring: undefined, seen: true });
    expect(crossing(falling, 101, side)).toEqual({ ring: undefined, seen: false });
  });

  it('is the last time that it does, and right away where there is nothing finer', () => {
    expect(crossing(Float64Array.of(0, 8, 1, 8, 2), 4, 4).ring).toBeCloseTo(3 * (4 / 3) ** 0.5, 12);
    expect(crossing(Float64Array.of(0, 8, 8, 0, 0), 4, 4).ring).toBe(2);
  });
});
