// Reference: fixtures/families.json, 500-digit values of mpmath (fixtures/make.py), and quantiles of the normal density
// from there; closed forms of gamma where the Laplace schedule and the rectified flow have one.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { laplace, noiseDensity, normal, parseSchedule, rectifiedFlow } from './index';
import { probit } from './probit';

interface Fixture {
  families: { spec: string; points: { t: number; logsnr: number; gamma: number; one_minus_gamma: number }[] }[];
  densities: { spec: string; points: { t: number; logsnr: number; density: number }[] }[];
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/families.json', import.meta.url), 'utf8')) as Fixture;

const relative = (actual: number, expected: number): number =>
  actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);

describe.each(fixture.families)('$spec', ({ spec, points }) => {
  const schedule = parseSchedule(spec);

  it('is written as given', () => expect(schedule.spec).toBe(spec));

  it.each(points)('t = $t', ({ t, logsnr, gamma, one_minus_gamma }) => {
    expect(Math.abs(schedule.logSnr(t) - logsnr)).toBeLessThan(2e-15 * Math.max(1, Math.abs(logsnr)));
    // A rounding of logSNR by 1 in 2^53 moves a share by |logSNR| times that.
    const limit = 4e-15 * Math.max(1, Math.abs(logsnr));
    expect(relative(schedule.gamma(t), gamma)).toBeLessThan(limit);
    expect(relative(schedule.oneMinusGamma(t), one_minus_gamma)).toBeLessThan(limit);
  });
});

describe('noiseDensity', () => {
  it.each(fixture.densities)('$spec', ({ spec, points }) => {
    const schedule = parseSchedule(spec);
    for (const { logsnr, density } of points) {
      expect(Math.abs(noiseDensity(schedule, logsnr) - density)).toBeLessThan(1e-8);
    }
  });

  it('is the height of a Laplace density at its peak', () => {
    expect(noiseDensity(parseSchedule('laplace@-1,0.5'), -1)).toBeCloseTo(1, 8);
  });

  it('is 0 outside the range, and at the ends the slope of one side', () => {
    const schedule = parseSchedule('shifted_cosine@64,64,-2,3');
    expect(noiseDensity(schedule, 3.01)).toBe(0);
    expect(noiseDensity(schedule, -2.01)).toBe(0);
    expect(noiseDensity(schedule, Number.POSITIVE_INFINITY)).toBe(0);
    const ends = [schedule.logSnr(0), schedule.logSnr(1)];
    for (const end of ends) {
      const inside = end > 0 ? end - 0.1 : end + 0.1;
      expect(noiseDensity(schedule, end)).toBeGreaterThan(0.5 * noiseDensity(schedule, inside));
    }
    expect(() => noiseDensity(schedule, Number.NaN)).toThrow(/logSnr is NaN/);
  });

  it.each(['normal@2.4,2.4', 'laplace@0,0.5', 'rectified_flow', 'cosine@0.2,1,1', 'interpolated_cosine@32,256,512'])(
    '%s: its integral between two levels is the time between them',
    (spec) => {
      const schedule = parseSchedule(spec);
      const [low, high, parts] = [-3, 2, 2000] as const;
      const width = (high - low) / parts;
      let sum = 0;
      for (let i = 0; i < parts; i++) sum += noiseDensity(schedule, low + (i + 0.5) * width) * width;
      expect(sum).toBeCloseTo(schedule.timeOfLogSnr(low) - schedule.timeOfLogSnr(high), 5);
    },
  );
});

describe('probit', () => {
  const standard = fixture.families.find(({ spec }) => spec === 'normal@0,1,1e-300')!;

  it.each(standard.points.filter(({ t }) => t <= 0.5))('p = $t', ({ t, logsnr }) => {
    expect(Math.abs(probit(t) + logsnr)).toBeLessThanOrEqual(1e-15 * Math.abs(logsnr));
  });

  it.each([0, -0.1, 0.500001, 1, Number.NaN])('refuses %f', (p) => {
    expect(() => probit(p)).toThrow(RangeError);
  });
});

describe('symmetry and ends', () => {
  it('normal and laplace are the mean at t = 1/2, odd about it, and flat inside their tails', () => {
    for (const schedule of [
      normal({ mean: -1.25, std: 0.75, tail: 1e-6 }),
      laplace({ mean: -1.25, scale: 0.75, tail: 1e-6 }),
    ]) {
      expect(schedule.logSnr(0.5)).toBeCloseTo(-1.25, 15);
      for (const t of [0, 1e-7, 2 ** -20, 0.125, 0.375]) {
        expect(schedule.logSnr(t) + schedule.logSnr(1 - t)).toBeCloseTo(-2.5, 13);
      }
      expect(schedule.logSnr(0)).toBe(schedule.logSnr(1e-6));
      expect(schedule.logSnr(0)).toBeGreaterThan(schedule.logSnr(1.01e-6));
    }
  });

  it('laplace@0,1 is gamma = 1 / (1 + 2 t) in its first half', () => {
    const schedule = laplace({ mean: 0, scale: 1 });
    for (const t of [1e-8, 0.01, 0.3, 0.5]) expect(relative(schedule.gamma(t), 1 / (1 + 2 * t))).toBeLessThan(1e-15);
    for (const rest of [2 ** -20, 0.25, 0.5]) {
      expect(relative(schedule.gamma(1 - rest), (2 * rest) / (1 + 2 * rest))).toBeLessThan(1e-15);
    }
  });

  it('rectified_flow is clean at 0, and its floor holds at 1', () => {
    const schedule = rectifiedFlow();
    expect([schedule.gamma(0), schedule.oneMinusGamma(0), schedule.gamma(0.5), schedule.gamma(1)]).toEqual([
      1, 0, 0.5, 1e-9,
    ]);
    expect(rectifiedFlow({ clipMin: 0 }).gamma(1)).toBe(0);
  });
});

describe('the times of SD3', () => {
  it.each([3, 0.5])('t = s t / (1 + (s - 1) t) with s = %f is rectified_flow~shift@s', (s) => {
    const shifted = parseSchedule(`rectified_flow@0~shift@${s}`);
    for (const t of [0.01, 0.2, 0.5, 0.9]) {
      const moved = (s * t) / (1 + (s - 1) * t);
      expect(shifted.logSnr(t)).toBeCloseTo(rectifiedFlow({ clipMin: 0 }).logSnr(moved), 12);
    }
  });

  it.each([
    [0, 1],
    [-0.5, 0.75],
  ])('logit-normal(%f, %f) quantiles are those of normal@-2m,2s', (m, s) => {
    const density = normal({ mean: -2 * m, std: 2 * s });
    for (const [z, probability] of [
      [-1.959963984540054, 0.025],
      [0.6744897501960817, 0.75],
    ] as const) {
      const time = 1 / (1 + Math.exp(-(m + s * z)));
      expect(density.logSnr(probability)).toBeCloseTo(rectifiedFlow().logSnr(time), 12);
    }
  });
});
