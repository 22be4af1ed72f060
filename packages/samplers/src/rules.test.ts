// Reference: the update rules as printed. DDIM: Song et al. 2021, eq. 12 and 16. DDPM: Ho et al. 2020, mean
// (x − (1 − α)/√(1 − γ)·eps)/√α with α = γ/γ', evaluated here where it does not cancel.
import { offsetCosine, simpleLinear } from '@noisesmith/schedules';
import { describe, expect, it } from 'vitest';
import { ddim } from './ddim';
import { ddpm } from './ddpm';
import { type TimeStep, timeSteps } from './noise-level';
import { parseSampler } from './parse';
import { samplerSpecUsage } from './samplers';

const steps = timeSteps(10, simpleLinear()).slice(1);
const x = 0.7;
const x0 = -0.4;
const epsilon = ({ now }: TimeStep): number => (x - Math.sqrt(now.gamma) * x0) / Math.sqrt(now.oneMinusGamma);

describe('ddim', () => {
  it.each([0, 0.5, 1])('is the printed rule at eta %d', (eta) => {
    for (const step of steps) {
      const { now, next } = step;
      const s2 = eta ** 2 * ((1 - next.gamma) / (1 - now.gamma)) * (1 - now.gamma / next.gamma);
      const mean = Math.sqrt(next.gamma) * x0 + Math.sqrt(1 - next.gamma - s2) * epsilon(step);
      const c = ddim(eta).coefficients(now, next);
      expect(c.x0 * x0 + c.x * x).toBeCloseTo(mean, 12);
      expect(c.noise).toBeCloseTo(Math.sqrt(s2), 12);
    }
  });

  it('rejects an eta outside [0, 1]', () => {
    expect(() => ddim(1.5)).toThrow('eta is 1.5');
  });
});

describe('ddpm', () => {
  it.each(['large', 'small'] as const)('has the printed mean and the %s variance', (variance) => {
    for (const step of steps) {
      const { now, next } = step;
      const alpha = now.gamma / next.gamma;
      const mean = (x - ((1 - alpha) / Math.sqrt(1 - now.gamma)) * epsilon(step)) / Math.sqrt(alpha);
      const posterior = ((1 - next.gamma) / (1 - now.gamma)) * (1 - alpha);
      const c = ddpm(variance).coefficients(now, next);
      expect(c.x0 * x0 + c.x * x).toBeCloseTo(mean, 12);
      expect(c.noise ** 2).toBeCloseTo(variance === 'large' ? 1 - alpha : posterior, 12);
    }
  });

  it('small has the mean and variance of ddim with eta 1', () => {
    for (const { now, next } of timeSteps(7, offsetCosine())) {
      const [a, b] = [ddpm('small').coefficients(now, next), ddim(1).coefficients(now, next)];
      for (const key of ['x0', 'x', 'noise'] as const) expect(a[key]).toBeCloseTo(b[key], 7);
    }
  });
});

describe('timeSteps', () => {
  it('runs from t = 1 to t = 0', () => {
    const run = timeSteps(4, simpleLinear());
    expect(run.map((s) => s.t)).toEqual([1, 0.75, 0.5, 0.25]);
    expect(run.map((s) => s.tNext)).toEqual([0.75, 0.5, 0.25, 0]);
    expect(run[3]!.next).toEqual({ gamma: 1, oneMinusGamma: 0 });
  });

  it('steps further ahead with a time difference, and stops at 0', () => {
    expect(timeSteps(4, simpleLinear(), 1).map((s) => s.tNext)).toEqual([0.5, 0.25, 0, 0]);
  });

  it.each([0, 1.5])('rejects %d steps', (n) => {
    expect(() => timeSteps(n, simpleLinear())).toThrow(`steps is ${n}`);
  });
});

describe('parseSampler', () => {
  it.each([
    ['ddim', 'ddim', false],
    ['ddim@0.5', 'ddim@0.5', true],
    ['ddim@0', 'ddim', false],
    [' ddpm ', 'ddpm', true],
    ['ddpm@large', 'ddpm', true],
    ['ddpm@small', 'ddpm@small', true],
  ])('%s', (text, spec, stochastic) => {
    expect(parseSampler(text)).toMatchObject({ spec, stochastic });
  });

  it.each([
    ['euler', "unknown sampler 'euler'"],
    ['ddim@2', "eta '2' is not a number in [0, 1]"],
    ['ddim@', "eta '' is not"],
    ['ddpm@tiny', "unknown variance 'tiny'"],
    ['ddpm@large@1', 'more than one @'],
  ])('%s is refused in one line', (text, problem) => {
    let message = '';
    try {
      parseSampler(text);
    } catch (error) {
      message = (error as RangeError).message;
    }
    expect(message).toContain(problem);
    expect(message).toContain(samplerSpecUsage.join(', '));
    expect(message).not.toContain('\n');
  });
});
