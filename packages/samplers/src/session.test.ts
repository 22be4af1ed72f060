// Reference: closed forms for Gaussian data, whose exact denoiser is known (testing/gaussian.ts). The probability flow
// carries x at t = 1 to mean + deviation·x, which many DDIM steps approach; with noise, mean and deviation follow a
// linear recursion.
import { offsetCosine } from '@noisesmith/schedules';
import { type Graph, printGraph } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { onOracle } from './backend';
import { timeSteps } from './noise-level';
import { parseSampler } from './parse';
import { startNoise } from './seeds';
import { openSampling, type SampleRequest, type SamplingOptions, sample, samplingStep } from './session';
import { deviation, gaussian, means } from './testing/gaussian';

const weights = gaussian.initialize(0);
const pixels = 32;
const base = { inputScale: 1, normalize: false, weights };
const run = (options: Partial<SamplingOptions & SampleRequest>) =>
  sample(onOracle(), gaussian, { ...base, steps: 20, seeds: [1, 2], labels: [0, 1], ...options });
const toImage = (x0: number): number => x0 / 2 + 0.5;
const row = (images: Float32Array, i: number): Float32Array => images.subarray(i * pixels, (i + 1) * pixels);

/** Everything is linear in x, so the moments of x and of the last estimate of x0 follow step by step. */
function impliedMoments(spec: string, steps: number, dataMean: number): { mean: number; deviation: number } {
  const rule = parseSampler(spec);
  let [mean, variance] = [0, 1];
  let estimate = { mean: 0, deviation: 0 };
  for (const { now, next } of timeSteps(steps, offsetCosine())) {
    const slope = (Math.sqrt(now.gamma) * deviation ** 2) / (now.gamma * deviation ** 2 + now.oneMinusGamma);
    const offset = dataMean * (1 - slope * Math.sqrt(now.gamma));
    estimate = { mean: slope * mean + offset, deviation: slope * Math.sqrt(variance) };
    const c = rule.coefficients(now, next);
    mean = c.x0 * estimate.mean + c.x * mean;
    variance = (c.x0 * slope + c.x) ** 2 * variance + c.noise ** 2;
  }
  return estimate;
}

it('samplingStep is the graph that a session runs', async () => {
  for (const options of [{ sampler: 'ddim', guidance: 1 }, { sampler: 'ddpm', batch: 3 }, { normalize: true }]) {
    const settings = { inputScale: 1, steps: 2, ...options };
    const run: Graph[] = [];
    const watched = (graph: Graph) => {
      run.push(graph);
      return onOracle()(graph);
    };
    using _ = await openSampling(watched, gaussian, settings);
    expect(run.map(printGraph)).toEqual([printGraph(samplingStep(gaussian, settings))]);
  }
});

describe('on Gaussian data', () => {
  it('DDIM follows the probability flow', async () => {
    const { images } = await run({ steps: 400, sampler: 'ddim' });
    [0, 1].forEach((label, i) => {
      const start = startNoise(i + 1, pixels);
      row(images, i).forEach((pixel, j) => {
        expect(pixel).toBeCloseTo(toImage(means[label]! + deviation * start[j]!), 2);
      });
    });
  });

  it.each(['ddpm', 'ddpm@small', 'ddim@0.5'])('%s has the mean and deviation that its rule implies', async (spec) => {
    const seeds = Array.from({ length: 24 }, (_, i) => 100 + i);
    const { images } = await run({ steps: 100, sampler: spec, seeds, labels: seeds.map(() => 1), batch: 24 });
    const x0 = Array.from(images, (pixel) => 2 * pixel - 1);
    const mean = x0.reduce((sum, x) => sum + x, 0) / x0.length;
    const variance = x0.reduce((sum, x) => sum + (x - mean) ** 2, 0) / x0.length;
    const expected = impliedMoments(spec, 100, means[1]!);
    // 768 pixels: the standard error of the mean is 0.0036, of the deviation 0.0026.
    expect(Math.abs(mean - expected.mean)).toBeLessThan(0.014);
    expect(Math.abs(Math.sqrt(variance) - expected.deviation)).toBeLessThan(0.01);
    // The finite number of steps costs some of the data's deviation, but not much of it.
    expect(expected.mean).toBeCloseTo(means[1]!, 2);
    expect(Math.abs(expected.deviation - deviation)).toBeLessThan(0.025);
  });

  it('guidance moves the mean by (1 + w)·conditional − w·unconditional', async () => {
    // The noise estimates are linear in the mean with equal slope, so guidance acts on the mean alone.
    const guidance = 0.5;
    const { images } = await run({ steps: 400, sampler: 'ddim', guidance });
    const mean = (1 + guidance) * means[1]! - guidance * means[2]!;
    const start = startNoise(2, pixels);
    row(images, 1).forEach((pixel, j) => {
      expect(pixel).toBeCloseTo(toImage(mean + deviation * start[j]!), 2);
    });
  });

  it('undoes the input scale', async () => {
    // Means of −0.2 and 0.3 lie outside a range of ±0.1: both samples saturate.
    const clipped = await run({ steps: 4, sampler: 'ddim', inputScale: 0.1 });
    expect(Math.min(...row(clipped.images, 0))).toBe(0);
    expect(Math.max(...row(clipped.images, 1))).toBe(1);
    // At 0.6 nothing saturates, and the pixel is x0/(2b) + 1/2 of the same x0.
    const [wide, wider] = [
      await run({ steps: 4, sampler: 'ddim', inputScale: 0.6 }),
      await run({ steps: 4, sampler: 'ddim' }),
    ];
    wide.images.forEach((pixel, i) => {
      expect((pixel - 0.5) * 1.2).toBeCloseTo((wider.images[i]! - 0.5) * 2, 5);
    });
  });
});

describe('samples', () => {
  const options = { steps: 5, sampler: 'ddpm', seeds: [5, 6, 7, 8, 9], labels: [0, 1, null, 0, 1] };

  it('depend on their seed and label alone, whatever the batch', async () => {
    const whole = await run({ ...options, batch: 5 });
    const split = await run({ ...options, batch: 2 });
    expect(split.images).toEqual(whole.images);
    const alone = await run({ ...options, seeds: [7], labels: [null] });
    expect(alone.images).toEqual(row(whole.images, 2).slice());
    expect(row(whole.images, 0)).not.toEqual(row(whole.images, 3));
  });

  it('carry is handed from step to step, starting at zero', async () => {
    expect(Array.from((await run(options)).carry)).toEqual([5, 5, 5, 5, 5]);
    // new = (old + 1)·(1 − m) + old·m = old + 1 − m
    const half = await run({ ...options, carryMomentum: 0.25 });
    expect(half.carry[0]).toBeCloseTo(5 * 0.75, 6);
  });

  it('start every batch and every request from a zero carry', async () => {
    using session = await openSampling(onOracle(), gaussian, { ...base, steps: 3, batch: 1 });
    for (let i = 0; i < 2; i++) {
      const { carry } = await session.sample({ weights, seeds: [1, 2] });
      expect(Array.from(carry)).toEqual([3, 3]);
    }
  });

  it('report each step of each batch', async () => {
    const seen: string[] = [];
    await run({
      ...options,
      batch: 2,
      steps: 2,
      onStep: async ({ index, steps, first, count, read }) => {
        const image = await read('image');
        seen.push(`${index}/${steps} ${first}+${count} ${image.length / pixels}`);
      },
    });
    expect(seen).toEqual(['0/2 0+2 2', '1/2 0+2 2', '0/2 2+2 2', '1/2 2+2 2', '0/2 4+1 1', '1/2 4+1 1']);
  });

  it('stop at an abort', async () => {
    const controller = new AbortController();
    let steps = 0;
    const pending = run({
      ...options,
      signal: controller.signal,
      onStep: () => {
        if (++steps === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(pending).rejects.toThrow('enough');
    expect(steps).toBe(2);
  });
});

it.each<[Partial<SamplingOptions & SampleRequest>, string]>([
  [{ seeds: [] }, 'no seeds'],
  [{ seeds: [1, -1] }, 'seed -1 is not a whole number'],
  [{ labels: [0] }, '1 labels for 2 samples'],
  [{ labels: [0, 2] }, 'label 2 is not a class from 0 to 1'],
  [{ weights: new Float32Array(3) }, 'weights have 3 elements, expected 64'],
  [{ steps: 0 }, 'steps is 0'],
  [{ inputScale: 0 }, 'inputScale is 0'],
  [{ batch: 0 }, 'batch is 0'],
  [{ given: { start: new Float32Array(2 * pixels) } }, 'given.noise has 0 numbers, expected 1280'],
])('a request is refused (%#)', async (options, problem) => {
  await expect(run(options)).rejects.toThrow(problem);
});
