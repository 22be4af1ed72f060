// Reference: the settings of the paper (section 3.1) and of the official code for the defaults; the messages' own words.
import { describe, expect, it } from 'vitest';
import { trainConfig } from './config';
import { SettingError } from './errors';
import { Fields } from './fields';

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
    [{ batch: null }, 'train.batch is null; expected a whole number >= 1'],
    [{ steps: '5' }, 'train.steps is "5"; expected a whole number >= 1 and <= 4294967295'],
    [{ predictionType: null }, 'train.predictionType is null; expected one of eps, x0, v'],
    [{ loss: null }, 'train.loss is null; expected one of eps, x0, v'],
    [{ schedule: null }, 'train.schedule is null; expected a string'],
    [{ recompute: null }, 'train.recompute is null; expected true or false'],
    [{ optimizer: null }, 'train.optimizer is null; expected an object'],
    [{ optimizer: { name: null } }, 'train.optimizer.name is null; expected one of lamb, adamw'],
    [{ optimizer: { exclude: null } }, 'train.optimizer.exclude is null; expected a list of strings'],
    [{ ema: { decay: null } }, 'train.ema.decay is null; expected a number >= 0'],
    [
      { learningRate: { base: Number.POSITIVE_INFINITY } },
      'train.learningRate.base is Infinity; expected a number >= 0',
    ],
    [{ gradientClip: '1' }, 'train.gradientClip is "1"; expected a number > 0, or null'],
    [{ schedule: 'x'.repeat(500) }, 'train.schedule: bad schedule spec'],
    [{ storage: 'x'.repeat(500) }, /^train\.storage is "x{79}\.\.\.; expected one of f32, f16$/],
    [{ ema: { rate: 1 } }, 'train.ema.rate is unknown; expected one of decay, warmup'],
    [{ batchsize: 8 }, 'train.batchsize is unknown; expected one of accumulation, batch,'],
  ])('refuses %j', (settings, message) => {
    expect(() => trainConfig(settings)).toThrow(message);
  });

  it('takes null where it means something, and names the path of what is wrong', () => {
    expect(trainConfig({ gradientClip: null }).gradientClip).toBeNull();
    expect(trainConfig({ gradientClip: 2 }).gradientClip).toBe(2);
    const wrong = (): unknown => trainConfig({ optimizer: { beta1: 'x' } });
    expect(wrong).toThrow(SettingError);
    expect(wrong).toThrow(expect.objectContaining({ path: 'train.optimizer.beta1' }));
  });
});

describe('fields of plain data', () => {
  const fields = (value: object) => new Fields('model', value);

  it('are lists of numbers, words and numbers out of a few', () => {
    const read = fields({ blocks: [1, 2], channels: 3, name: 'a' });
    expect(read.numbers('blocks', { least: 1, whole: true })).toEqual([1, 2]);
    expect(read.oneOf('channels', [1, 3])).toBe(3);
    expect(read.text('name')).toBe('a');
    expect(read.numbers('image', { fallback: [8, 8], length: 2 })).toEqual([8, 8]);
    expect(() => read.end()).not.toThrow();
  });

  it.each([
    [{ blocks: 4 }, 'model.blocks is 4; expected a list of whole numbers >= 1'],
    [{ blocks: ['4'] }, 'model.blocks is ["4"]; expected a list of whole numbers >= 1'],
    [{ blocks: [1], image: [8] }, 'model.image is [8]; expected a list of 2 numbers'],
    [{ blocks: [1], image: [8, 8], channels: 2 }, 'model.channels is 2; expected one of 1, 3'],
    [{ blocks: [1], image: [8, 8] }, 'model.channels is missing; expected one of 1, 3'],
  ])('that are wrong or missing are named: %j', (value, message) => {
    const read = fields(value);
    expect(() => {
      read.numbers('blocks', { least: 1, whole: true });
      read.numbers('image', { length: 2 });
      read.oneOf('channels', [1, 3]);
    }).toThrow(message);
  });
});
