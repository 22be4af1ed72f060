// Reference: fixtures/schedules-tiny.json, 60-digit values of four schedules, rounded to double, with its own tolerances.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noisedVariance, parseSchedule, shift, shiftGamma } from './index';

type Extended = number | 'Infinity' | '-Infinity';

interface Point {
  t: number;
  gamma: number;
  one_minus_gamma: number;
  logsnr: Extended;
  gamma_clipped: number;
  logsnr_clipped: Extended;
  scaled: {
    b: number;
    gamma: number;
    one_minus_gamma: number;
    logsnr: Extended;
    logsnr_shift: number;
    variance: number;
  }[];
}

interface Fixture {
  tolerance: { gamma_abs: number; one_minus_gamma_rel: number; gamma_rel: number; logsnr_abs: number };
  schedules: { name: string; clipped_in_practice: boolean; points: Point[] }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/schedules-tiny.json', import.meta.url), 'utf8'),
) as Fixture;

/** [as used, without the clip] for each name in the fixture. */
const SPECS: Record<string, [string, string]> = {
  '1-t': ['simple_linear', 'simple_linear@0'],
  'cosine (offset form, inference)': ['cosine', 'cosine'],
  'cosine@0.2,1,1': ['cosine@0.2,1,1', 'cosine@0.2,1,1,0'],
  'sigmoid@-3,3,0.9': ['sigmoid@-3,3,0.9', 'sigmoid@-3,3,0.9,0'],
};

const { gamma_abs, gamma_rel, one_minus_gamma_rel, logsnr_abs } = fixture.tolerance;

function expectClose(actual: number, expected: Extended, absolute: number): void {
  const value = Number(expected);
  if (Number.isFinite(value)) expect(Math.abs(actual - value)).toBeLessThanOrEqual(absolute);
  else expect(actual).toBe(value);
}

function expectShare(actual: number, expected: number, relative: number): void {
  expectClose(actual, expected, gamma_abs);
  if (expected >= 1e-9) expectClose(actual / expected, 1, relative);
}

describe.each(fixture.schedules)('$name', ({ name, clipped_in_practice, points }) => {
  const [used, unclipped] = SPECS[name]!.map(parseSchedule) as [
    ReturnType<typeof parseSchedule>,
    ReturnType<typeof parseSchedule>,
  ];

  it.each(points)('t = $t', (point) => {
    expectShare(unclipped.gamma(point.t), point.gamma, gamma_rel);
    expectShare(unclipped.oneMinusGamma(point.t), point.one_minus_gamma, one_minus_gamma_rel);
    expectClose(unclipped.logSnr(point.t), point.logsnr, logsnr_abs);
    if (clipped_in_practice) {
      expectShare(used.gamma(point.t), point.gamma_clipped, gamma_rel);
      expectClose(used.logSnr(point.t), point.logsnr_clipped, logsnr_abs);
    }
    for (const scaled of point.scaled) {
      const shifted = shift(unclipped, scaled.b);
      expectShare(shifted.gamma(point.t), scaled.gamma, gamma_rel);
      expectShare(shifted.oneMinusGamma(point.t), scaled.one_minus_gamma, one_minus_gamma_rel);
      expectClose(shifted.logSnr(point.t), scaled.logsnr, logsnr_abs);
      expectShare(shiftGamma(point.gamma, scaled.b), scaled.gamma, gamma_rel);
      expectClose(noisedVariance(point.gamma, scaled.b), scaled.variance, 1e-12);
      if (Number.isFinite(Number(point.logsnr))) {
        expectClose(shifted.logSnr(point.t) - unclipped.logSnr(point.t), scaled.logsnr_shift, 1e-12);
      }
    }
  });
});
