// Reference: values of the official WarmUpAndDecay published with Table 2's settings (cosine@0.7 ends at 0.2061 of its
// peak, cosine@0.8 at 0.0955), and closed forms worked out by hand.
import { describe, expect, it } from 'vitest';
import { averageInitialShare, averageWarning, emaDecayAt } from './ema-decay';
import { type LearningRateDecay, learningRateAt, parseDecay } from './learning-rate';

const rate = (decay: LearningRateDecay, step: number, base = 2e-3, warmup = 10_000, steps = 150_000): number =>
  learningRateAt({ steps, learningRate: { base, warmup, decay } }, step);

describe('learning rate', () => {
  it('rises linearly from exactly 0', () => {
    expect(rate('cosine@0.7', 0)).toBe(0);
    expect(rate('cosine@0.7', 2500)).toBeCloseTo(5e-4, 12);
    expect(rate('cosine@0.7', 9999)).toBeCloseTo(1.9998e-3, 12);
    expect(rate('cosine@0.7', 10_000)).toBe(2e-3);
  });

  it('ends where the published curves end', () => {
    expect(rate('cosine@0.7', 150_000)).toBeCloseTo(4.12e-4, 6);
    expect(rate('cosine@0.7', 150_000) / 2e-3).toBeCloseTo(0.2061, 4);
    expect(rate('cosine@0.8', 150_000, 3e-3)).toBeCloseTo(2.86e-4, 6);
    expect(rate('cosine@0.8', 150_000, 3e-3) / 3e-3).toBeCloseTo(0.0955, 4);
    expect(rate('cosine@1', 150_000)).toBeCloseTo(0, 12);
  });

  it('is at half the curve half way, and stays at its end', () => {
    // cos(0.35 pi) = 0.45399
    expect(rate('cosine@0.7', 80_000) / 2e-3).toBeCloseTo((1 + 0.4539905) / 2, 7);
    expect(rate('linear', 80_000)).toBeCloseTo(1e-3, 12);
    expect(rate('linear', 150_000)).toBe(0);
    expect(rate('constant', 149_999)).toBe(2e-3);
    expect(rate('cosine@0.7', 400_000)).toBe(rate('cosine@0.7', 150_000));
  });

  it('needs no warm-up', () => {
    expect(rate('constant', 0, 1e-3, 0)).toBe(1e-3);
  });

  it('knows its decays', () => {
    for (const bad of [
      'cosine',
      'cosine@',
      'cosine@0',
      'cosine@1.1',
      'cosine@x',
      'cosine@0.5@1',
      'exp@2',
      'constant@1',
    ]) {
      expect(parseDecay(bad), bad).toBeUndefined();
    }
  });
});

describe('decay of the moving average', () => {
  it('is constant without a warm-up', () => {
    expect([0, 1, 1e6].map((step) => emaDecayAt({ ema: { decay: 0.9999, warmup: 'none' } }, step))).toEqual([
      0.9999, 0.9999, 0.9999,
    ]);
  });

  it('ramps as (1 + n)/(10 + n) up to the decay', () => {
    const at = (step: number): number => emaDecayAt({ ema: { decay: 0.99, warmup: 'ramp' } }, step);
    expect(at(0)).toBe(0.1);
    expect(at(8)).toBe(0.5);
    expect(at(890)).toBe(0.99);
    expect(at(5000)).toBe(0.99);
  });
});

describe('what a moving average holds of the initial weights', () => {
  const average = (decay: number, warmup: 'none' | 'ramp') => ({ ema: { decay, warmup } });
  const product = (config: ReturnType<typeof average>, steps: number): number =>
    Array.from({ length: steps }, (_, step) => emaDecayAt(config, step)).reduce((a, b) => a * b, 1);

  it.each([
    [0.9999, 'none', 500],
    [0.9999, 'none', 10_000],
    [0.9, 'none', 7],
    [0.9999, 'ramp', 1],
    [0.9999, 'ramp', 500],
    [0.9, 'ramp', 100],
    [0.9, 'ramp', 80],
    [0.05, 'ramp', 3],
    [0, 'none', 2],
  ] as const)('is the product of all decays: %d, %s, %i steps', (decay, warmup, steps) => {
    const expected = product(average(decay, warmup), steps);
    const got = averageInitialShare(average(decay, warmup), steps);
    expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * expected);
  });

  it('is 95 % after 500 and 37 % after 10,000 steps of 0.9999', () => {
    expect(averageInitialShare(average(0.9999, 'none'), 500)).toBeCloseTo(0.951, 3);
    expect(averageInitialShare(average(0.9999, 'none'), 10_000)).toBeCloseTo(0.368, 3);
  });

  it('is told above 1 %, with settings that mend it', () => {
    const warn = (decay: number, warmup: 'none' | 'ramp', steps: number) =>
      averageWarning({ ...average(decay, warmup), steps });
    expect(warn(0.9999, 'none', 500)).toBe(
      'after 500 steps the moving average still holds 95 % of the initial weights, and samples drawn with it show them as noise; to start it right, set train.ema.warmup=ramp, or train.ema.decay=0.9908',
    );
    expect(warn(0.9999, 'none', 46_049)).toContain('1 %');
    expect(warn(0.9999, 'none', 46_050)).toBeUndefined();
    expect(warn(0.9999, 'ramp', 500)).toBeUndefined();
    for (const steps of [1, 2, 3, 10, 99, 500, 12_345, 46_049]) {
      const decay = Number(/decay=(.*)$/.exec(warn(0.9999, 'none', steps)!)![1]);
      expect(warn(decay, 'none', steps), `${steps}`).toBeUndefined();
      expect(averageInitialShare(average(decay, 'none'), steps), `${steps}`).toBeLessThan(0.0100001);
      expect(decay, `${steps}`).toBeGreaterThanOrEqual(0);
    }
    // A ramp of one step keeps 10 %, so that it mends nothing there.
    expect(warn(0.9999, 'none', 1)).toMatch(/set train\.ema\.decay=0\.01$/);
  });
});
