// Reference: DDIM in closed form (Song et al. 2021, equation 12, eta 0), and one step put together from a forward pass.
import { describe, expect, it } from 'vitest';
import type { BenchConfig } from './configs';
import { hostTensor, tensorNamed } from './host-tensor';
import { denoiseReference, samplingReference } from './reference/network';
import { labelsOf, sampleInputs, samplingLevels } from './sampling-data';

const config: BenchConfig = {
  name: 'minute',
  batch: 3,
  image: 8,
  channels: 1,
  patch: 4,
  latents: 4,
  latent_dim: 16,
  tape_dim: 8,
  blocks: [1],
  heads: 2,
  rw_heads: 2,
  latent_mlp: 2,
  tape_mlp: 2,
  classes: 3,
  time_scale: 1000,
};

describe('samplingLevels', () => {
  it('keeps the noise estimate that agrees with x and x0', () => {
    const levels = samplingLevels(10);
    levels.slice(0, -1).forEach((level, i) => {
      const [gamma, next] = [level.gamma, levels[i + 1]!.gamma];
      const fromX = Math.sqrt((1 - next) / (1 - gamma));
      expect(level.nextFromX).toBeCloseTo(fromX, 10);
      expect(level.nextFromX0).toBeCloseTo(Math.sqrt(next) - fromX * Math.sqrt(gamma), 10);
      expect(level.x0FromX * Math.sqrt(gamma)).toBeCloseTo(1, 10);
      expect(level.x0FromOutput / level.x0FromX).toBeCloseTo(-Math.sqrt(1 - gamma), 10);
    });
  });
});

describe('labelsOf', () => {
  it('gives the number of classes for a row without a one', () => {
    const inputs = new Map([['onehot', hostTensor([2, 3], Float32Array.of(0, 0, 1, 0, 0, 0))]]);
    expect([...labelsOf(inputs, { batch: 2, classes: 3 })]).toEqual([2, 3]);
  });
});

describe('samplingReference', () => {
  it('of one step is the clipped estimate from one forward pass on the normalised noise', async () => {
    const inputs = sampleInputs(config);
    const [level] = samplingLevels(1);
    const start = tensorNamed(inputs, 'start');
    const pixels = start.data.length / config.batch;
    const normalised = start.data.map((value, i) => {
      const at = i - (i % pixels);
      const example = start.data.subarray(at, at + pixels);
      const mean = example.reduce((sum, x) => sum + x, 0) / pixels;
      return value / Math.sqrt(example.reduce((sum, x) => sum + (x - mean) ** 2, 0) / pixels);
    });
    const carried = [config.batch, config.latents, config.latent_dim];
    const prediction = denoiseReference(
      config,
      new Map([
        ...inputs,
        ['x', hostTensor(start.shape, normalised)],
        ['gamma', hostTensor([config.batch], new Float32Array(config.batch).fill(level!.gamma))],
        ['latents', hostTensor(carried, new Float32Array(carried.reduce((a, b) => a * b, 1)))],
      ]),
    ).get('prediction')!;
    const image = (await samplingReference(config, 1, inputs)).get('image')!;
    expect(image.length).toBe(prediction.length);
    image.forEach((pixel, i) => {
      const estimate = level!.x0FromX * start.data[i]! + level!.x0FromOutput * prediction[i]!;
      expect(pixel).toBeCloseTo((Math.min(Math.max(estimate, -1), 1) + 1) / 2, 5);
    });
  });
});
