// Reference: the exact denoiser of Gaussian data (testing/gaussian.ts), whose estimate of x0 is linear in x, and the
// samplers' update rule x' = x0·x̂0 + x·x_t + noise·n, both in double precision; λ = ln(gamma/(1 − gamma)).
import { initialParameters } from '@noisesmith/diffusion';
import { offsetCosine } from '@noisesmith/schedules';
import type { Backend } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeSteps } from './noise-level';
import { parseSampler } from './parse';
import { startNoise } from './seeds';
import { openSampling } from './session';
import type { SampleState } from './states';
import { backends } from './testing/backends';
import { deviation, gaussian, means } from './testing/gaussian';

const weights = initialParameters(gaussian, 0);
const pixels = 32;
const base = { inputScale: 1, normalize: false };
const steps = 6;

async function collect(states: AsyncIterable<SampleState>): Promise<SampleState[]> {
  const seen: SampleState[] = [];
  for await (const state of states) seen.push(state);
  return seen;
}

/** What a step makes of x_t of one pixel: its estimate of x0, clipped to [−1, 1]. */
function estimate(x: number, gamma: number, mean: number): number {
  const slope = (Math.sqrt(gamma) * deviation ** 2) / (gamma * deviation ** 2 + 1 - gamma);
  return Math.min(1, Math.max(-1, mean + slope * (x - Math.sqrt(gamma) * mean)));
}

describe.each(backends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  it.each(['ddim', 'ddpm', 'ddpm@small'])('each state of %s follows from the one before', async (spec) => {
    const noise = Float32Array.from({ length: steps * 2 * pixels }, (_, i) => Math.sin(i * i));
    const start = Float32Array.from({ length: 2 * pixels }, (_, i) => Math.cos(i * i));
    const labels = [0, 1];
    using session = await openSampling(backend, gaussian, { ...base, steps, sampler: spec, givenNoise: true });
    const states = await collect(session.states({ weights, given: { start, noise }, labels }));
    expect(states.map(({ count, first, index, steps }) => [index, steps, first, count])).toEqual(
      Array.from({ length: steps }, (_, index) => [index, steps, 0, 2]),
    );
    const rule = parseSampler(spec);
    expect(states[0]!.x).toEqual(start);
    timeSteps(steps, offsetCosine()).forEach(({ index, next, now, t }) => {
      const { image, logSnr, t: time, x } = states[index]!;
      expect(time).toBe(t);
      expect(logSnr).toBeCloseTo(Math.log(now.gamma) - Math.log(now.oneMinusGamma), 9);
      const c = rule.coefficients(now, next);
      x.forEach((value, i) => {
        // The first estimates divide by a small √gamma, which magnifies what float32 rounds.
        const x0 = estimate(value, now.gamma, means[labels[Math.floor(i / pixels)]!]!);
        expect(image[i]).toBeCloseTo(x0 / 2 + 0.5, 3);
        const moved = c.x0 * (2 * image[i]! - 1) + c.x * value + c.noise * noise[index * 2 * pixels + i]!;
        if (index + 1 < steps) expect(states[index + 1]!.x[i]).toBeCloseTo(moved, 5);
      });
    });
  });

  it('begin at the noise of the seeds and end at the samples, batch after batch', async () => {
    const request = { weights, seeds: [5, 6, 7], labels: [0, null, 1] };
    using session = await openSampling(backend, gaussian, { ...base, steps: 3, sampler: 'ddpm', batch: 2 });
    const states = await collect(session.states(request));
    expect(states.map(({ count, first, index }) => `${first}+${count} step ${index}`)).toEqual([
      '0+2 step 0',
      '0+2 step 1',
      '0+2 step 2',
      '2+1 step 0',
      '2+1 step 1',
      '2+1 step 2',
    ]);
    expect([...states[0]!.x, ...states[3]!.x]).toEqual([5, 6, 7].flatMap((seed) => [...startNoise(seed, pixels)]));
    const { images } = await session.sample(request);
    expect(Float32Array.of(...states[2]!.image, ...states[5]!.image)).toEqual(images);
  });

  it('stop at an abort, or when nobody asks for more, and the session serves the next request', async () => {
    const request = { weights, seeds: [1, 2] };
    using session = await openSampling(backend, gaussian, { ...base, steps, sampler: 'ddim', batch: 1 });
    const controller = new AbortController();
    let seen = 0;
    const aborted = async (): Promise<void> => {
      for await (const _ of session.states({ ...request, signal: controller.signal })) {
        if (++seen === 2) controller.abort(new Error('enough'));
      }
    };
    await expect(aborted()).rejects.toThrow('enough');
    expect(seen).toBe(2);
    for await (const { index } of session.states(request)) if (index === 1) break;
    expect((await session.sample(request)).images).toHaveLength(2 * pixels);
  });

  it('of a request that does not fit are refused', async () => {
    using session = await openSampling(backend, gaussian, { ...base, steps, sampler: 'ddim' });
    expect(() => session.states({ weights, seeds: [] })).toThrow('no seeds');
  });
});
