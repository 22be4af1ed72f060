// Reference: closed forms for Gaussian data, whose exact denoiser is known (testing/gaussian.ts). The probability flow
// carries x at t = 1 to mean + deviation·x, which many DDIM steps approach; with noise, mean and deviation follow a
// linear recursion.
import { initialParameters } from '@noisesmith/diffusion';
import { offsetCosine } from '@noisesmith/schedules';
import { type Backend, f32, openOracle, printGraph } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { timeSteps } from './noise-level';
import { parseSampler } from './parse';
import type { SampleRequest } from './request';
import { startNoise } from './seeds';
import { openSampling, sample, samplingStep } from './session';
import type { SamplingOptions } from './settings';
import { backends } from './testing/backends';
import { deviation, gaussian, means } from './testing/gaussian';

const weights = initialParameters(gaussian, 0);
const pixels = 32;
const base = { inputScale: 1, normalize: false, weights };
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
    using oracle = openOracle();
    const compile = vi.spyOn(oracle, 'compile');
    using _ = await openSampling(oracle, gaussian, settings);
    const [[graph]] = compile.mock.calls as [[Parameters<typeof printGraph>[0]]];
    expect(printGraph(graph)).toEqual(printGraph(samplingStep(gaussian, settings)));
  }
});

describe.each(backends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());
  const run = (options: Partial<SamplingOptions & SampleRequest>) =>
    sample(backend, gaussian, { ...base, steps: 20, seeds: [1, 2], labels: [0, 1], ...options });

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
      using session = await openSampling(backend, gaussian, { ...base, steps: 3, batch: 1 });
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

  describe('batches', () => {
    const options = { ...base, steps: 3, sampler: 'ddpm', batch: 2 };
    const request = { weights, seeds: [5, 6, 7, 8, 9], labels: [0, 1, null, 0, 1] };

    it('come one by one, and are the samples together', async () => {
      using session = await openSampling(backend, gaussian, options);
      const seen: string[] = [];
      const images: number[] = [];
      for await (const batch of session.batches({
        ...request,
        onStep: ({ index }) => void seen.push(`step ${index}`),
      })) {
        seen.push(`${batch.first}+${batch.count}`);
        images.push(...batch.images);
        expect(Array.from(batch.carry)).toEqual(new Array(batch.count).fill(3));
      }
      const steps = ['step 0', 'step 1', 'step 2'];
      expect(seen).toEqual([...steps, '0+2', ...steps, '2+2', ...steps, '4+1']);
      expect(Float32Array.from(images)).toEqual((await session.sample(request)).images);
    });

    it('are not drawn when nobody listens any more, and the session serves the next request', async () => {
      using session = await openSampling(backend, gaussian, options);
      let steps = 0;
      for await (const { first } of session.batches({ ...request, onStep: () => void steps++ })) {
        if (first === 2) break;
      }
      expect(steps).toBe(6);
      expect((await session.sample(request)).images).toHaveLength(5 * pixels);
    });

    it('take as much memory for many samples as for few', async () => {
      using session = await openSampling(backend, gaussian, { ...options, steps: 1 });
      const held: number[] = [];
      for await (const _ of session.batches({ weights, seeds: Array.from({ length: 40 }, (_, i) => i) })) {
        held.push(backend.liveBytes);
      }
      expect(held).toHaveLength(20);
      expect(new Set(held.slice(1)).size).toBe(1);
    });

    it('of two requests at one time are refused', async () => {
      using session = await openSampling(backend, gaussian, options);
      const first = session.batches(request)[Symbol.asyncIterator]();
      await first.next();
      await expect(session.sample(request)).rejects.toThrow('the session is drawing another request');
      await first.return?.();
      await session.sample(request);
    });
  });

  describe('weights of a store', () => {
    it('are drawn from without a copy, as they are at the time', async () => {
      using run = backend.openStore({ params: gaussian.layout, ema: gaussian.layout });
      const options = { ...base, steps: 3, sampler: 'ddim', batch: 2 };
      const request = { seeds: [1, 2], labels: [0, 1] };
      using given = await openSampling(backend, gaussian, options);
      const before = backend.liveBytes;
      using session = await openSampling(backend, gaussian, { ...options, params: run.alias({ params: 'ema' }) });
      const held = backend.liveBytes - before;
      using other = await openSampling(backend, gaussian, options);
      expect(backend.liveBytes - before - held).toBeGreaterThanOrEqual(held + 4 * gaussian.layout.size);
      expect(other.steps).toHaveLength(3);
      for (const shift of [0, 0.1]) {
        const moved = weights.map((w) => w + shift);
        run.write('ema', moved);
        const { images } = await session.sample(request);
        expect(images).toEqual((await given.sample({ ...request, weights: moved })).images);
      }
      session.destroy();
      expect((await run.read('ema'))[0]).toBeCloseTo(means[0]! + 0.1, 6);
    });

    it('have to fit, and stand for those of requests', async () => {
      using wrong = backend.openStore({ params: f32(3) });
      await expect(openSampling(backend, gaussian, { ...base, steps: 1, params: wrong })).rejects.toThrow(
        "state 'params' is 64 elements of f32, the store holds 3 elements of f32",
      );
      using lacking = backend.openStore({ ema: gaussian.layout });
      await expect(openSampling(backend, gaussian, { ...base, steps: 1, params: lacking })).rejects.toThrow(
        "state 'params' is not in the store (it holds ema)",
      );
      using params = backend.openStore({ params: gaussian.layout });
      using session = await openSampling(backend, gaussian, { ...base, steps: 1, params });
      await expect(session.sample({ weights, seeds: [1] })).rejects.toThrow("'weights' were given, but the session");
      using bare = await openSampling(backend, gaussian, { ...base, steps: 1 });
      await expect(bare.sample({ seeds: [1] })).rejects.toThrow('weights have 0 elements, expected 64');
    });
  });

  it('sessions leave nothing behind', async () => {
    const before = backend.liveBytes;
    using session = await openSampling(backend, gaussian, { ...base, steps: 1 });
    session.destroy();
    expect(backend.liveBytes).toBe(before);
    await expect(run({ weights: new Float32Array(3) })).rejects.toThrow();
    expect(backend.liveBytes).toBe(before);
  });
});
