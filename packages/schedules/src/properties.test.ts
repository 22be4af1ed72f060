// Reference: the definitions. gamma falls from clean to noise and stays in [0, 1]; logSNR = ln(gamma / (1 - gamma));
// scaling the data by b moves logSNR by 2 ln b and composes by multiplication; an inverse undoes its function.
import { describe, expect, it } from 'vitest';
import {
  alphaSigma,
  gammaToLogSnr,
  isShifted,
  logSnrToGamma,
  logSnrToSigma,
  noisedVariance,
  parseSchedule,
  shift,
  shiftGamma,
  sigmaToLogSnr,
  simpleLinear,
} from './index';

const TAUS = [0.001, 0.05, 0.3, 0.35, 0.5, 0.7, 0.9, 1, 1.1, 1.5, 2, 2.7, 3, 10, 123.4, 1000, 1e6];

const SPECS = [
  'simple_linear',
  'simple_linear@0',
  'cosine',
  'log@1,100,false',
  'log@1,100,true',
  'log@3,3.001,false',
  'log@1e-12,1e12,false',
  'shifted_cosine@64,64',
  'shifted_cosine@64,1024',
  'shifted_cosine@512,64',
  'interpolated_cosine@32,256,512',
  'interpolated_cosine@64,64,256,-10,12',
  'simple_linear~0.1',
  'cosine@0.2,1,1~0.2',
  'sigmoid@-3,3,0.9~1.7',
  'normal@2.4,2.4',
  'normal@0,2',
  'normal@0,9,1e-30',
  'normal@2.4,2.4~0.5',
  'laplace@0,0.5',
  'laplace@1,3',
  'laplace@0,0.5~0.25',
  'rectified_flow',
  'rectified_flow@0',
  'rectified_flow~shift@3',
  'linear_beta@0.1,20',
  'linear_beta@12,3',
  'linear_beta@0,30',
  'linear_beta@50,0,0',
  ...TAUS.flatMap((tau) => [
    `cosine@0,1,${tau}`,
    `cosine@0.2,1,${tau}`,
    `cosine@0.9,1,${tau}`,
    `cosine@0.1,0.8,${tau}`,
    `cosine@1,0.2,${tau}`,
    `sigmoid@-3,3,${tau}`,
    `sigmoid@0,3,${tau}`,
    `sigmoid@1,3,${tau}`,
    `sigmoid@3,-1,${tau}`,
  ]),
];

const TIMES = [0, 1e-300, 1e-16, 1e-9, ...Array.from({ length: 201 }, (_, i) => i / 200), 1 - 1e-9, 1 - 2 ** -53]
  .concat(Array.from({ length: 50 }, (_, i) => (i * 0.6180339887498949) % 1))
  .sort((a, b) => a - b);

/** Error allowed in a time. */
const DT = 1e-13;

describe.each(SPECS)('%s', (spec) => {
  const schedule = parseSchedule(spec);
  const points = TIMES.map((t) => ({
    t,
    gamma: schedule.gamma(t),
    noise: schedule.oneMinusGamma(t),
    logSnr: schedule.logSnr(t),
  }));
  const pairs = points.slice(1).map((after, i) => ({ before: points[i]!, after }));

  it('has no NaN, stays in [0, 1], and its shares add to 1', () => {
    const inUnit = (x: number) => x >= 0 && x <= 1;
    const wrong = points.filter(
      ({ gamma, noise, logSnr }) =>
        !(inUnit(gamma) && inUnit(noise) && Math.abs(gamma + noise - 1) < 1e-14) || Number.isNaN(logSnr),
    );
    expect(wrong).toEqual([]);
  });

  it('falls from clean to noise', () => {
    const rising = pairs.filter(
      ({ before, after }) => after.gamma - before.gamma > 1e-15 || after.logSnr > before.logSnr + 1e-13,
    );
    expect(rising).toEqual([]);
    expect(points[0]!.gamma).toBeGreaterThan(0.99);
    expect(points.at(-1)!.gamma).toBeLessThan(0.01);
  });

  it('logSNR is the logarithm of the ratio of the shares', () => {
    const wrong = points.filter(({ gamma, noise, logSnr }) => {
      const expected = Math.log(gamma) - Math.log(noise);
      return logSnr !== expected && !(Math.abs(logSnr - expected) < 1e-12);
    });
    expect(wrong).toEqual([]);
  });

  // Where a schedule is flat or steep, neither |gamma(time) - gamma| nor |time - t| is small at once. The inverse is
  // right when the value lies between those at time - DT and time + DT, up to rounding of the value.
  it('inverses undo gamma and logSNR', () => {
    const wrong = points.flatMap(({ t, gamma, logSnr }) => {
      const fromGamma = schedule.timeOfGamma(gamma);
      const fromLogSnr = schedule.timeOfLogSnr(logSnr);
      const around = (time: number) => [Math.max(0, time - DT), Math.min(1, time + DT)] as const;
      const [g0, g1] = around(fromGamma);
      const [s0, s1] = around(fromLogSnr);
      const gammaFits = schedule.gamma(g1) - 1e-15 <= gamma && gamma <= schedule.gamma(g0) + 1e-15;
      const logSnrFits = schedule.logSnr(s1) - 1e-12 <= logSnr && logSnr <= schedule.logSnr(s0) + 1e-12;
      return gammaFits && logSnrFits ? [] : [{ t, gamma, logSnr, fromGamma, fromLogSnr }];
    });
    expect(wrong).toEqual([]);
  });

  it('levels that are out of reach give the ends', () => {
    expect(schedule.timeOfLogSnr(Number.POSITIVE_INFINITY)).toBeLessThan(1e-15);
    expect(schedule.timeOfLogSnr(Number.NEGATIVE_INFINITY)).toBeGreaterThan(1 - 1e-15);
    expect(schedule.timeOfGamma(1)).toBeLessThan(1e-15);
    expect(schedule.timeOfGamma(0)).toBeGreaterThan(1 - 1e-15);
  });

  it('refuses times and levels outside their ranges', () => {
    for (const t of [-1e-9, 1.0000001, Number.NaN]) {
      expect(() => schedule.gamma(t)).toThrow(RangeError);
      expect(() => schedule.logSnr(t)).toThrow(RangeError);
      expect(() => schedule.timeOfGamma(t)).toThrow(RangeError);
    }
    expect(() => schedule.timeOfLogSnr(Number.NaN)).toThrow(RangeError);
  });
});

describe('time of a logSNR', () => {
  it.each([
    'simple_linear',
    'cosine',
    'cosine@0.2,1,1',
    'cosine@0,1,0.35',
    'cosine@0.1,0.8,3',
    'sigmoid@-3,3,0.9',
    'sigmoid@0,3,0.3',
    'sigmoid@0,3,1000',
    'log@1,100,false',
    'shifted_cosine@64,256',
    'interpolated_cosine@32,256,512',
    'simple_linear~0.1',
    'normal@0,2',
    'laplace@0,0.5',
    'rectified_flow',
    'linear_beta@0.1,20',
    'linear_beta@12,3',
  ])('%s returns the time itself to 1e-14', (spec) => {
    const schedule = parseSchedule(spec);
    for (const t of [1e-6, 0.01, 0.1, 0.3, 0.5, 0.77, 0.95, 0.999]) {
      expect(Math.abs(schedule.timeOfLogSnr(schedule.logSnr(t)) - t)).toBeLessThan(1e-14);
    }
  });
});

describe('shift', () => {
  const bases = ['simple_linear', 'cosine', 'cosine@0.2,1,1', 'sigmoid@0,3,0.3', 'shifted_cosine@64,256'];
  const scales = [0.1, 0.4, 0.9, 1.5, 10];

  it('moves logSNR by 2 ln b and gamma by the closed form', () => {
    for (const base of bases.map(parseSchedule)) {
      for (const b of scales) {
        const shifted = shift(base, b);
        for (const t of [0.01, 0.3, 0.5, 0.77, 0.99]) {
          const gamma = base.gamma(t);
          expect(shifted.logSnr(t) - base.logSnr(t)).toBeCloseTo(2 * Math.log(b), 12);
          expect(shifted.gamma(t)).toBeCloseTo((b * b * gamma) / ((b * b - 1) * gamma + 1), 14);
          expect(shiftGamma(gamma, b)).toBeCloseTo(shifted.gamma(t), 14);
        }
      }
    }
  });

  it('composes by multiplying, and 1 is the identity', () => {
    const base = simpleLinear();
    const twice = shift(shift(base, 0.5), 0.25);
    expect(twice.spec).toBe('simple_linear~0.125');
    expect(isShifted(twice) && twice.base).toBe(base);
    for (const t of [0, 0.2, 0.9, 1]) expect(twice.gamma(t)).toBe(shift(base, 0.125).gamma(t));
    expect(shift(base, 1)).toBe(base);
    expect(shift(shift(base, 0.25), 4)).toBe(base);
  });

  it('a shifted cosine is the unshifted one shifted by noise / image', () => {
    const direct = parseSchedule('shifted_cosine@64,256');
    const composed = shift(parseSchedule('shifted_cosine@64,64'), 0.25);
    for (const t of [0, 0.1, 0.5, 0.9, 1]) {
      expect(direct.gamma(t)).toBeCloseTo(composed.gamma(t), 15);
      expect(direct.logSnr(t)).toBeCloseTo(composed.logSnr(t), 12);
    }
  });

  it('is finite for scales whose square is not', () => {
    for (const b of [1e-308, 1e-200, 1e200, 1e308]) {
      const shifted = shift(parseSchedule('simple_linear@0'), b);
      expect(shifted.gamma(0)).toBe(1);
      expect(shifted.gamma(1)).toBe(0);
      expect(shifted.gamma(0.5)).toBe(b < 1 ? 0 : 1);
    }
  });

  it.each([0, -0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses scale %f', (b) => {
    expect(() => shift(simpleLinear(), b)).toThrow(/input scale is .*; expected the input scale to be a finite number/);
    expect(() => shiftGamma(0.5, b)).toThrow(RangeError);
    expect(() => noisedVariance(0.5, b)).toThrow(RangeError);
  });
});

describe('conversions', () => {
  it('gamma and logSNR undo each other', () => {
    for (const x of [-700, -40, -3, 0, 1e-9, 3, 20]) {
      const gamma = logSnrToGamma(x);
      expect(Math.abs(gammaToLogSnr(gamma, logSnrToGamma(-x)) - x)).toBeLessThan(1e-12);
    }
    expect(gammaToLogSnr(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(gammaToLogSnr(1)).toBe(Number.POSITIVE_INFINITY);
    expect(logSnrToGamma(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(logSnrToGamma(Number.POSITIVE_INFINITY)).toBe(1);
    expect(logSnrToGamma(0)).toBe(0.5);
  });

  it('sigma^2 = (1 - gamma) / gamma', () => {
    for (const gamma of [0.01, 0.5, 0.9]) {
      const sigma = logSnrToSigma(gammaToLogSnr(gamma));
      expect(sigma ** 2).toBeCloseTo((1 - gamma) / gamma, 10);
      expect(logSnrToGamma(sigmaToLogSnr(sigma))).toBeCloseTo(gamma, 14);
    }
    expect(() => sigmaToLogSnr(-1)).toThrow(RangeError);
  });

  it('alpha^2 + sigma^2 = 1', () => {
    const { alpha, sigma } = alphaSigma(simpleLinear(), 0.36);
    expect(alpha).toBeCloseTo(0.8, 15);
    expect(sigma).toBeCloseTo(0.6, 15);
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses gamma %f', (gamma) => {
    expect(() => gammaToLogSnr(gamma)).toThrow(/gamma = .* is outside \[0, 1\]/);
    expect(() => shiftGamma(gamma, 0.5)).toThrow(RangeError);
    expect(() => logSnrToGamma(Number.NaN)).toThrow(RangeError);
  });
});
