// Reference: the settings of the paper (section 3.1) and of the official code for the defaults; the messages' own words.
import { describe, expect, it } from 'vitest';
import { trainConfig } from './config';
import { trainingPreset, trainingPresets } from './presets';

describe('training configuration', () => {
  it('fills in the paper\u2019s settings', () => {
    const config = trainConfig({});
    expect(config.schedule).toBe('simple_linear');
    expect(config.selfConditioning.rate).toBe(0.9);
    expect(config.optimizer).toEqual({
      name: 'lamb',
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      exclude: ['.bias', '.gamma', '.beta'],
    });
    expect(config.ema).toEqual({ decay: 0.9999, warmup: 'none' });
    expect(config.loss).toBe('eps');
    expect(trainConfig({ predictionType: 'v' }).loss).toBe('v');
  });

  it('is plain data that reads as itself', () => {
    const config = trainConfig({ batch: 6, accumulation: 3, gradientClip: 1 });
    expect(trainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ batch: 0 }, 'train.batch is 0; expected a whole number >= 1'],
    [{ steps: 1.5 }, 'train.steps is 1.5; expected a whole number >= 1 and <= 4294967295'],
    [{ batch: 6, accumulation: 4 }, 'train.accumulation is 4; expected a divisor of train.batch (6)'],
    [{ inputScale: 0 }, 'train.inputScale is 0; expected a number > 0'],
    [{ seed: '1' }, 'train.seed is "1"; expected a whole number >= 0'],
    [{ predictionType: 'noise' }, 'train.predictionType is "noise"; expected one of eps, x0, v'],
    [{ optimizer: { beta1: 1 } }, 'train.optimizer.beta1 is 1; expected a number >= 0 and < 1'],
    [{ optimizer: [] }, 'train.optimizer is []; expected an object'],
    [{ optimizer: { exclude: '.bias' } }, 'train.optimizer.exclude is ".bias"; expected a list of strings'],
    [{ learningRate: { decay: 'cosine' } }, 'train.learningRate.decay is "cosine"; expected constant, linear or'],
    [{ selfConditioning: { rate: 2 } }, 'train.selfConditioning.rate is 2; expected a number >= 0 and <= 1'],
    [{ ema: { warmup: true } }, 'train.ema.warmup is true; expected one of none, ramp'],
    [{ storage: 'bf16' }, 'train.storage is "bf16"; expected one of f32, f16'],
    [{ normalize: 1 }, 'train.normalize is 1; expected true or false'],
    [{ gradientClip: 0 }, 'train.gradientClip is 0; expected a number > 0'],
    [{ schedule: 'cosin' }, 'train.schedule: bad schedule spec "cosin"'],
    [{ ema: { rate: 1 } }, 'train.ema.rate is unknown; expected one of decay, warmup'],
    [{ batchsize: 8 }, 'train.batchsize is unknown; expected one of accumulation, batch,'],
  ])('refuses %j', (settings, message) => {
    expect(() => trainConfig(settings)).toThrow(message);
  });
});

// Reference: Tables 1 and 2 of the paper; the official CIFAR-10 configuration.
describe('presets', () => {
  it.each([
    ['table1-64', 150_000, 2e-3, 'cosine@0.7', 0, 1, 'simple_linear'],
    ['table1-128', 250_000, 2e-3, 'cosine@0.7', 0, 0.6, 'simple_linear'],
    ['table1-256', 250_000, 2e-3, 'cosine@0.7', 0, 0.5, 'simple_linear'],
    ['table1-512', 1_000_000, 1e-3, 'constant', 0, 0.2, 'cosine@0.2,1,1'],
    ['table1-768', 1_000_000, 1e-3, 'constant', 0.1, 0.1, 'simple_linear'],
    ['table1-1024', 910_000, 1e-3, 'constant', 0.1, 0.1, 'simple_linear'],
  ])('%s is Table 2', (name, steps, base, decay, labelDropout, inputScale, schedule) => {
    const { train } = trainingPreset(name);
    expect(train).toMatchObject({
      steps,
      batch: 1024,
      labelDropout,
      inputScale,
      schedule,
      predictionType: 'eps',
      selfConditioning: { rate: 0.9 },
      optimizer: { name: 'lamb', weightDecay: 0.01 },
      learningRate: { base, warmup: 10_000, decay },
      ema: { decay: 0.9999, warmup: 'none' },
    });
  });

  it('all read as themselves and agree with their data', () => {
    for (const [name, { data, model, train, ...rest }] of Object.entries(trainingPresets)) {
      expect(trainConfig(train), name).toEqual(train);
      expect(model.image, name).toEqual([data.size, data.size]);
      expect(model.channels, name).toBe(data.channels);
      expect(data.size % model.patch, name).toBe(0);
      expect(rest.name).toBe(name);
    }
    expect(Object.keys(trainingPresets)).toHaveLength(9);
  });

  it('unknown names list the known ones', () => {
    expect(() => trainingPreset('table1-65')).toThrow("preset 'table1-65' is unknown; expected one of table1-64,");
  });
});
