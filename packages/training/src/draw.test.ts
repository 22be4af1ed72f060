// Reference: the definition (each row a function of seed, step and example alone), closed-form frequencies of Bernoulli
// and uniform draws, and the schedules package for gamma.
import { parseSchedule } from '@noisesmith/schedules';
import { describe, expect, it } from 'vitest';
import { trainConfig } from './config';
import { partOf, stepDrawer } from './draw';
import { tinyBatch, tinyDenoiser } from './testing/tiny-denoiser';

const denoiser = tinyDenoiser();
const at = (settings: object, step: number) => {
  const config = trainConfig({ seed: 5, batch: 8, labelDropout: 0.5, selfConditioning: { rate: 0.5 }, ...settings });
  return stepDrawer(denoiser, config)(step, tinyBatch(step, config.batch));
};

describe('draws of a step', () => {
  it('are the same each time, and others at another step or seed', () => {
    expect(at({}, 3)).toEqual(at({}, 3));
    for (const other of [at({}, 4), at({ seed: 6 }, 3)]) {
      expect(other.times).not.toEqual(at({}, 3).times);
      expect(other.inputs.noiseKeys).not.toEqual(at({}, 3).inputs.noiseKeys);
    }
  });

  it('do not depend on the batch size or on the split', () => {
    const whole = at({}, 3);
    const small = at({ batch: 4 }, 3);
    expect(whole.times.slice(0, 4)).toEqual(small.times);
    for (const [name, data] of Object.entries(small.inputs)) {
      expect(whole.inputs[name]!.slice(0, data.length), name).toEqual(data);
    }
    const split = at({ accumulation: 4 }, 3);
    expect(split).toEqual(whole);
    for (const [name, data] of Object.entries(whole.inputs)) {
      const joined = [0, 1, 2, 3].flatMap((i) => Array.from(partOf(split.inputs, i, 4)[name]!));
      expect(joined, name).toEqual(Array.from(data));
    }
  });

  it('give signal and noise of gamma(t), in double precision up to the last rounding', () => {
    const { gamma, inputs, logSnr, times } = at({ schedule: 'cosine@0.2,1,1', inputScale: 0.5 }, 1);
    const schedule = parseSchedule('cosine@0.2,1,1');
    times.forEach((t, i) => {
      expect(gamma[i]).toBe(schedule.gamma(t));
      expect(inputs.alpha![i]).toBe(Math.fround(Math.sqrt(schedule.gamma(t))));
      expect(inputs.sigma![i]).toBe(Math.fround(Math.sqrt(schedule.oneMinusGamma(t))));
      // The input scale multiplies the image, so its square the share of the signal.
      const [signal, noise] = [0.25 * schedule.gamma(t), schedule.oneMinusGamma(t)];
      expect(logSnr[i]).toBeCloseTo(Math.log(signal / noise), 10);
    });
  });

  it('are uniform in t, one example per stratum where asked', () => {
    const { times } = at({ batch: 4000 }, 0);
    const mean = times.reduce((s, t) => s + t, 0) / 4000;
    const square = times.reduce((s, t) => s + t * t, 0) / 4000;
    // Four standard errors.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 4000));
    expect(Math.abs(square - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / 4000));
    const strata = at({ stratifyTime: true }, 0).times;
    expect(Array.from(strata, (t) => Math.floor(t * 8))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('mask with the configured shares, independently in both passes', () => {
    const { inputs } = at({ batch: 4000, labelDropout: 0.1, selfConditioning: { rate: 0.9 } }, 0);
    const share = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / 4000;
    const first = inputs.labelKeepFirst!;
    const second = inputs.labelKeepSecond!;
    const error = 4 * Math.sqrt(0.09 / 4000);
    for (const mask of [inputs.selfConditioningMask!, first, second]) {
      expect(Math.abs(share(mask) - 0.9)).toBeLessThan(error);
    }
    expect(Math.abs(share(Array.from(first, (x, i) => x * second[i]!)) - 0.81)).toBeLessThan(error);
  });

  it('leave out what is not needed', () => {
    const { inputs } = at({ selfConditioning: { rate: 0 } }, 0);
    expect(Object.keys(inputs)).not.toContain('labelKeepFirst');
    const free = stepDrawer(tinyDenoiser(0), trainConfig({ batch: 4 }))(0, { images: tinyBatch(0, 4).images });
    expect(Object.keys(free.inputs)).not.toContain('labels');
  });

  it('give a missing label the index past the last class', () => {
    expect(Array.from(at({ batch: 4 }, 0).inputs.labels!)).toEqual([3, 0, 1, 2]);
  });

  it('refuse batches that do not fit, in one line', () => {
    const config = trainConfig({ batch: 4 });
    const draw = stepDrawer(denoiser, config);
    const { images, labels } = tinyBatch(0, 4);
    expect(() => draw(2, { images: images.slice(1), labels })).toThrow(
      'step 2: the batch has 15 image values; expected 16 for [4,2,2,1]',
    );
    expect(() => draw(2, { images })).toThrow('step 2: the batch has 0 labels; expected 4');
    expect(() => draw(2, { images, labels: [0, 1, 3, 0] })).toThrow(
      'step 2, example 2: label 3; expected -1 or a class below 3',
    );
  });
});
