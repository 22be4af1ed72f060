// References: Tables 1 and 2 of the paper as it prints them; the official CIFAR-10 configuration; parameter counts of the
// official TensorFlow code, instantiated for the six rows of Table 1 and for CIFAR-10.
import { parameterCount, rinConfig, tapeTokens } from '@noisesmith/rin';
import { table1, table2 } from '@noisesmith/schedules';
import { trainConfig } from '@noisesmith/training';
import { describe, expect, it } from 'vitest';
import { preset, presets } from '.';

/** side, patch, tokens, latents, layers, heads, parameters, input scale, gamma(t) */
const TABLE_1 = `
64   8 64x512    128x768 6,6,6,6     16 214M 1.0 1-t
128  8 256x512   128x768 6,6,6,6     16 215M 0.6 1-t
256  8 1024x512  256x768 6,6,6,6,6,6 16 319M 0.5 1-t
512  8 4096x512  256x768 6,6,6,6,6,6 16 320M 0.2 cosine@0.2,1,1
768  8 9216x512  256x768 8,8,8,8,8,8 16 408M 0.1 1-t
1024 8 16384x512 256x768 8,8,8,8,8,8 16 412M 0.1 1-t`;

/** side, steps, batch, learning rate, decay, label dropout */
const TABLE_2 = `
64   150000  1024 2e-3 cosine@0.7 0.0
128  250000  1024 2e-3 cosine@0.7 0.0
256  250000  1024 2e-3 cosine@0.7 0.0
512  1000000 1024 1e-3 constant   0.0
768  1000000 1024 1e-3 constant   0.1
1024 910000  1024 1e-3 constant   0.1`;

const rows = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));
const numbers = (text: string): number[] => text.split(/[x,]/).map(Number);

describe('the presets of Tables 1 and 2', () => {
  it.each(rows(TABLE_1))('%s is a row of Table 1', (...row) => {
    const [side, patch, tokens, latents, layers, heads, parameters, scale, gamma] = row as [string, ...string[]];
    const { data, model, train } = preset(`table1-${side}`);
    expect(model.image).toEqual([Number(side), Number(side)]);
    expect([model.channels, model.patch, model.heads, model.rwHeads]).toEqual([
      3,
      Number(patch),
      ...[heads, heads].map(Number),
    ]);
    expect([tapeTokens(model), model.tapeDim]).toEqual(numbers(tokens!));
    expect([model.latents, model.latentDim]).toEqual(numbers(latents!));
    expect(model.blocks).toEqual(numbers(layers!));
    expect(model.classes).toBe(1000);
    expect(train.inputScale).toBe(Number(scale));
    expect(train.schedule).toBe(gamma === '1-t' ? 'simple_linear' : gamma);
    // The paper rounds 320.6 down.
    expect(Math.abs(parameterCount(model) / 1e6 - Number.parseInt(parameters!, 10))).toBeLessThan(0.7);
    expect(data).toMatchObject({ size: Number(side), channels: 3, crop: 'center', flip: true });
  });

  it.each(rows(TABLE_2))('%s is a row of Table 2', (...row) => {
    const [side, steps, batch, base, decay, labelDropout] = row as [string, ...string[]];
    expect(preset(`table1-${side}`).train).toMatchObject({
      steps: Number(steps),
      batch: Number(batch),
      labelDropout: Number(labelDropout),
      learningRate: { base: Number(base), warmup: 10_000, decay },
      predictionType: 'eps',
      selfConditioning: { rate: 0.9 },
      optimizer: { name: 'lamb', beta1: 0.9, beta2: 0.999, weightDecay: 0.01 },
      ema: { decay: 0.9999, warmup: 'none' },
      gradientClip: null,
    });
  });

  it('sample as the paper does', () => {
    for (const { imageSize } of table1) {
      expect(preset(`table1-${imageSize}`).sampling).toEqual({
        steps: 1000,
        sampler: 'ddpm',
        schedule: 'cosine',
        guidance: 0,
      });
    }
  });

  it('are all rows that the tables have', () => {
    const names = Object.keys(presets).filter((name) => name.startsWith('table1-'));
    expect(names).toEqual(rows(TABLE_1).map(([side]) => `table1-${side}`));
    expect(table1.map((row) => `table1-${row.imageSize}`)).toEqual(names);
    expect(table2.map((row) => `table1-${row.imageSize}`)).toEqual(names);
  });
});

it('cifar10 is the official small configuration', () => {
  const { data, model, sampling, train } = preset('cifar10');
  expect(model).toEqual(
    rinConfig({
      ...{ image: [32, 32], patch: 2, classes: 10, blocks: [2, 2, 2] },
      ...{ latents: 128, latentDim: 512, heads: 16, latentMlp: 4 },
      ...{ tapeDim: 256, rwHeads: 8, tapeMlp: 2 },
      ...{ dropUnits: 0.1, dropPath: 0.1 },
    }),
  );
  expect(train).toMatchObject({
    ...{ steps: 150_000, batch: 256, schedule: 'sigmoid@-3,3,0.9', inputScale: 1, predictionType: 'eps' },
    optimizer: { name: 'lamb', beta2: 0.999, weightDecay: 0.01 },
    learningRate: { base: 3e-3, warmup: 10_000, decay: 'cosine@0.8' },
    ema: { decay: 0.9999, warmup: 'none' },
    selfConditioning: { rate: 0.9 },
  });
  expect(data).toMatchObject({ size: 32, channels: 3, flip: true });
  expect(sampling).toMatchObject({ steps: 1000, sampler: 'ddpm', schedule: 'cosine' });
});

it.each([
  ['table1-64', 214_483_136],
  ['table1-128', 214_581_440],
  ['table1-256', 319_033_536],
  ['table1-512', 320_606_400],
  ['table1-768', 408_282_304],
  ['table1-1024', 411_952_320],
  ['cifar10', 30_951_180],
  ['mnist', 236_752],
  ['mnist-tiny', 235_204],
])('%s has %i parameters', (name, count) => {
  expect(parameterCount(preset(name).model)).toBe(count);
});

describe('all presets', () => {
  it.each(Object.entries(presets))('%s reads as itself and agrees with its data', (name, one) => {
    const { data, model, train } = one;
    expect(one.name).toBe(name);
    expect(trainConfig(train)).toEqual(train);
    expect(rinConfig(model)).toEqual(model);
    expect(model.image).toEqual([data.size, data.size]);
    expect(model.channels).toBe(data.channels);
  });

  it('of the paper aside, they start their moving average with the weights', () => {
    const ramped = Object.values(presets).flatMap(({ name, train }) => (train.ema.warmup === 'ramp' ? [name] : []));
    expect(ramped).toEqual(['mnist', 'mnist-tiny', 'emoji-64']);
  });

  it('an unknown name is answered with one that is near, or with all', () => {
    expect(() => preset('table1-65')).toThrow('preset "table1-65" is unknown; did you mean table1-64?');
    expect(() => preset('toString')).toThrow('preset "toString" is unknown; expected one of table1-64, table1-128,');
  });
});
