// References: the filter in the domain of NumPy's Fourier transform of the mirrored picture, and its shares
// (fixtures/make.py); the mean over many draws; closed forms for white noise; that no other gain does better.
import { describe, expect, it } from 'vitest';
import { coefficientsOf, furthest, planesOf, reference } from '../testing/fixture';
import { createCosineTransform } from './cosine-transform';
import { fillNormals } from './normals';
import { mapPlanes, type Planes } from './planes';
import { ringMap, ringSums } from './spectrum';
import { denoised, expectedShare, noiseVariance, recovered, wienerGains } from './wiener';

const { side } = reference;
const rings = ringMap(side);
const picture = coefficientsOf(planesOf(reference.picture));
const noise = coefficientsOf(planesOf(reference.noise));
const sums = ringSums(picture, noise, rings);

/** Three planes of normals. */
function white(size: number, seed: number): Planes {
  const plane = (k: number) => {
    const values = new Float32Array(size * size);
    fillNormals(values, 10 * seed + k);
    return values;
  };
  return { side: size, planes: [plane(0), plane(1), plane(2)] };
}

describe.each(reference.filters)(
  'the filter at noise of variance $variance',
  ({ variance, estimate, expected, drawn }) => {
    it('gives the picture that NumPy gives', () => {
      const filtered = denoised(picture, noise, rings, wienerGains(sums, variance), variance);
      mapPlanes(filtered, createCosineTransform(side).inverse).planes.forEach((plane, k) => {
        expect(furthest(plane, estimate[k]!)).toBeLessThan(1e-6);
      });
    });

    it('gets back what it does by NumPy, on this draw and in the mean', () => {
      const share = recovered(sums, variance);
      expect(share.drawn).toBeCloseTo(drawn, 6);
      expect(share.expected).toBeCloseTo(expected, 6);
      expect(expectedShare(sums, variance)).toBeCloseTo(expected, 6);
    });

    it('has the expected share as the mean over draws', () => {
      const draws = Array.from(
        { length: 400 },
        (_, k) => recovered(ringSums(picture, white(side, k), rings), variance).drawn,
      );
      const mean = draws.reduce((a, b) => a + b) / draws.length;
      const spread = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
      expect(spread).toBeGreaterThan(0);
      expect(Math.abs(mean - expected)).toBeLessThan((4 * spread) / Math.sqrt(draws.length));
    });

    it('loses by any other gains, where each ring is a frequency of its own', () => {
      // Smoothing mixes a ring with its neighbours from ring 10 on, which this picture's last alone reach.
      const gains = wienerGains(sums, variance);
      const best = recovered(sums, variance, gains).expected;
      for (const factor of [0.9, 1.1]) {
        const other = gains.map((gain) => gain.map((g, r) => (r < 10 ? g * factor : g)));
        expect(recovered(sums, variance, other).expected).toBeLessThan(best);
      }
    });
  },
);

describe('a picture of white noise', () => {
  const size = 128;
  const coefficients = coefficientsOf(white(size, 7));
  const { picture: xx, ...rest } = ringSums(coefficients, coefficientsOf(white(size, 8)), ringMap(size));
  const whiteSums = { ...rest, picture: xx };

  it.each([0.1, 1, 10])('of variance 1 keeps 1 / (1 + %d) of itself', (variance) => {
    const closed = 1 / (1 + variance);
    const share = recovered(whiteSums, variance);
    // Of 3 · 128² values; the fit of a spectrum to the picture itself gains a little.
    expect(Math.abs(share.expected - closed)).toBeLessThan(0.01);
    expect(Math.abs(share.drawn - closed)).toBeLessThan(0.02);
  });
});

describe('at the ends', () => {
  it('everything comes back without noise, nothing but the mean from noise alone', () => {
    expect(recovered(sums, 0)).toEqual({ expected: 1, drawn: 1 });
    expect(recovered(sums, 1e9).expected).toBeCloseTo(0, 6);
    const mean = denoised(picture, noise, rings, wienerGains(sums, 1e9), 1e9);
    expect(mean.planes[0][0]).toBe(picture.planes[0][0]);
    expect(wienerGains(sums, 1e9).map((gain) => gain[0])).toEqual([1, 1, 1]);
  });

  it('a picture of one colour is all there', () => {
    const plain = planesOf([1, 2, 3].map(() => new Array(side * side).fill(0.25)));
    const share = recovered(ringSums(coefficientsOf(plain), noise, rings), 1);
    expect(share.expected).toBeCloseTo(1, 6);
  });

  it('noise beside x0 is e^−λ / b²', () => {
    expect(noiseVariance(0, 1)).toBe(1);
    expect(noiseVariance(Math.log(4), 0.5)).toBeCloseTo(1, 12);
  });
});
