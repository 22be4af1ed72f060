// Reference: the CPU oracle in double precision, running the same graph with the same seeds.
import { initialParameters } from '@noisesmith/diffusion';
import { openDevice, openOracle } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { openSampling } from './session';
import { gaussian } from './testing/gaussian';

it('a device draws the samples of the oracle, and no image goes to the host but the last', async () => {
  const options = { steps: 4, sampler: 'ddpm', guidance: 1, inputScale: 1, batch: 2 };
  const request = { weights: initialParameters(gaussian, 0), seeds: [3, 4, 5], labels: [0, 1, null] };
  using device = await openDevice();
  using oracle = openOracle();
  using onGpu = await openSampling(device, gaussian, options);
  using onCpu = await openSampling(oracle, gaussian, options);
  const before = device.counters.submits;
  const [mine, reference] = [await onGpu.sample(request), await onCpu.sample(request)];
  // Of each of the two batches four steps, its images and its carry.
  expect(device.counters.submits - before).toBe(2 * (4 + 2));
  expect(mine.carry).toEqual(reference.carry);
  const error = mine.images.map((v, i) => Math.abs(v - reference.images[i]!));
  expect(Math.max(...error)).toBeLessThan(1e-5);
  expect((await onGpu.sample(request)).images).toEqual(mine.images);
});
