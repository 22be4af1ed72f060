// Reference: the paper's Algorithm 1 evaluated as printed (plain formulas, written out below), closed forms derived from
// it near the ends, gamma values of the reference implementation's schedules at four times, and simple diffusion's
// logSNR formulas.
import { describe, expect, it } from 'vitest';
import {
  cosine,
  interpolatedCosine,
  log,
  logSnrToGamma,
  offsetCosine,
  parseSchedule,
  shiftedCosine,
  sigmoid,
  simpleLinear,
} from './index';

const INNER_TIMES = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

function plainCosine(t: number, start: number, end: number, tau: number): number {
  const power = (x: number) => Math.max(0, Math.cos((x * Math.PI) / 2)) ** (2 * tau);
  return (power(end) - power(t * (end - start) + start)) / (power(end) - power(start));
}

function plainSigmoid(t: number, start: number, end: number, tau: number): number {
  const s = (x: number) => 1 / (1 + Math.exp(-x / tau));
  return (s(end) - s(t * (end - start) + start)) / (s(end) - s(start));
}

describe('published gamma values', () => {
  it.each([
    ['cosine', [0.8534007, 0.4998822, 0.1464327, 2.719e-6]],
    ['cosine@0.2,1,1', [0.7236068, 0.381966, 0.1055728, 1.746e-6]],
    ['sigmoid@-3,3,0.9', [0.8663703, 0.5, 0.1336297, 2.389e-4]],
    ['sigmoid@0,3,0.3', [0.1516393, 0.01329611, 0.001014854, 9.13e-7]],
  ] as const)('%s', (spec, expected) => {
    const schedule = parseSchedule(spec);
    [0.25, 0.5, 0.75, 0.999].forEach((t, i) => {
      const value = expected[i]!;
      // Given to 7 decimals, or to 3 or 4 significant digits at t = 0.999.
      const tolerance = t === 0.999 ? value * 1e-3 : 6e-8;
      expect(Math.abs(schedule.gamma(t) - value)).toBeLessThan(tolerance);
    });
  });
});

describe('Algorithm 1 as printed', () => {
  it('simple_linear is 1 - t, clipped', () => {
    for (const t of INNER_TIMES) expect(simpleLinear().gamma(t)).toBe(1 - t);
    expect(simpleLinear().gamma(0)).toBe(1);
    expect(simpleLinear().gamma(1)).toBe(1e-9);
    expect(simpleLinear().oneMinusGamma(1)).toBe(1 - 1e-9);
    expect(simpleLinear().logSnr(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [0, 1, 1],
    [0.2, 1, 1],
    [0.2, 1, 2],
    [0.2, 1, 3],
    [0.2, 1, 0.9],
    [0, 0.5, 0.35],
    [0.1, 0.8, 1.7],
    [1, 0.2, 1],
    [0.8, 0, 0.6],
  ])('cosine@%f,%f,%f', (start, end, tau) => {
    const schedule = cosine({ start, end, tau });
    for (const t of INNER_TIMES) {
      expect(schedule.gamma(t)).toBeCloseTo(plainCosine(t, start, end, tau), 13);
      expect(schedule.oneMinusGamma(t)).toBeCloseTo(1 - plainCosine(t, start, end, tau), 13);
    }
  });

  it.each([
    [-3, 3, 0.9],
    [-3, 3, 1.1],
    [0, 3, 0.3],
    [0, 3, 0.5],
    [0, 3, 1.1],
    [-2, 5, 4],
    [3, -1, 0.7],
    [-0.1, 0.2, 1],
  ])('sigmoid@%f,%f,%f', (start, end, tau) => {
    const schedule = sigmoid({ start, end, tau });
    for (const t of INNER_TIMES) {
      expect(schedule.gamma(t)).toBeCloseTo(plainSigmoid(t, start, end, tau), 13);
      expect(schedule.oneMinusGamma(t)).toBeCloseTo(1 - plainSigmoid(t, start, end, tau), 13);
    }
  });

  it.each([
    [1, 100, false],
    [1, 100, true],
    [5, 5.5, false],
    [0.01, 3, true],
  ])('log@%f,%f,%s', (start, end, reverse) => {
    const schedule = log({ start, end, reverse });
    const [from, to] = reverse ? [end, start] : [start, end];
    for (const t of INNER_TIMES) {
      const expected = (Math.log(to) - Math.log(t * (to - from) + from)) / (Math.log(to) - Math.log(from));
      expect(schedule.gamma(t)).toBeCloseTo(expected, 13);
    }
    expect(schedule.gamma(0)).toBe(1);
    expect(schedule.gamma(1)).toBe(0);
    expect(schedule.logSnr(1)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('cosine without values is cos^2 with offsets', () => {
    for (const t of INNER_TIMES) {
      const expected = Math.cos(((t + 0.0002) / 1.00025) * (Math.PI / 2)) ** 2;
      expect(offsetCosine().gamma(t)).toBeCloseTo(expected, 14);
    }
    expect(Math.abs(offsetCosine().gamma(1) / 6.165419642843563e-9 - 1)).toBeLessThan(1e-9);
  });
});

describe('precision at the ends', () => {
  it('cosine@0,1,1: 1 - gamma = sin^2(pi t / 2), gamma = sin^2(pi (1 - t) / 2)', () => {
    const schedule = cosine({ start: 0, end: 1, tau: 1, clipMin: 0 });
    for (const t of [1e-3, 1e-8, 1e-20, 1e-100]) {
      const expected = Math.sin((Math.PI / 2) * t) ** 2;
      expect(schedule.oneMinusGamma(t) / expected).toBeCloseTo(1, 12);
    }
    for (const rest of [2 ** -10, 2 ** -30, 2 ** -52]) {
      const expected = Math.sin((Math.PI / 2) * rest) ** 2;
      expect(schedule.gamma(1 - rest) / expected).toBeCloseTo(1, 12);
    }
  });

  it('sigmoid: slopes at both ends are (end - start)/tau sigmoid(x)(1 - sigmoid(x)) / range', () => {
    const schedule = sigmoid({ start: 0, end: 3, tau: 0.3, clipMin: 0 });
    const slope = (x: number) => (10 * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2;
    const range = 1 / (1 + Math.exp(-10)) - 0.5;
    expect(schedule.oneMinusGamma(1e-12) / ((1e-12 * slope(0)) / range)).toBeCloseTo(1, 10);
    const rest = 2 ** -40;
    expect(schedule.gamma(1 - rest) / ((rest * slope(10)) / range)).toBeCloseTo(1, 10);
  });

  it('a cosine too flat for float64 is refused', () => {
    expect(() => cosine({ start: 0.2, end: 0.5, tau: 5e-324 })).toThrow(/flat in float64/);
  });
});

describe('simple diffusion', () => {
  const plain = (t: number, min = -15, max = 15) => {
    const first = Math.atan(Math.exp(-0.5 * max));
    const last = Math.atan(Math.exp(-0.5 * min));
    return -2 * Math.log(Math.tan(first + t * (last - first)));
  };

  it('shifted: the cosine logSNR plus 2 ln(noise / image)', () => {
    const schedule = shiftedCosine({ noiseSize: 64, imageSize: 256 });
    for (const t of INNER_TIMES) {
      const expected = plain(t) + 2 * Math.log(64 / 256);
      expect(schedule.logSnr(t)).toBeCloseTo(expected, 12);
      expect(schedule.gamma(t)).toBeCloseTo(logSnrToGamma(expected), 13);
    }
    expect(schedule.logSnr(0)).toBeCloseTo(15 + 2 * Math.log(0.25), 11);
    expect(schedule.logSnr(1)).toBeCloseTo(-15 + 2 * Math.log(0.25), 11);
  });

  it('takes another logSNR range', () => {
    const schedule = shiftedCosine({ noiseSize: 32, imageSize: 32, logSnrMin: -10, logSnrMax: 20 });
    expect(schedule.logSnr(0)).toBeCloseTo(20, 11);
    expect(schedule.logSnr(0.3)).toBeCloseTo(plain(0.3, -10, 20), 12);
    expect(schedule.logSnr(1)).toBeCloseTo(-10, 11);
  });

  it('interpolated: t times the low shift plus (1 - t) times the high shift', () => {
    const schedule = interpolatedCosine({ noiseSizeLow: 32, noiseSizeHigh: 256, imageSize: 512 });
    for (const t of INNER_TIMES) {
      const low = plain(t) + 2 * Math.log(32 / 512);
      const high = plain(t) + 2 * Math.log(256 / 512);
      expect(schedule.logSnr(t)).toBeCloseTo(t * low + (1 - t) * high, 12);
    }
    expect(schedule.logSnr(0)).toBeCloseTo(15 + 2 * Math.log(256 / 512), 11);
    expect(schedule.logSnr(1)).toBeCloseTo(-15 + 2 * Math.log(32 / 512), 11);
  });
});
