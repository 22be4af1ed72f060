// Reference: the CPU oracle in double precision, running the same graph with the same seeds.
import { type Device, openDevice } from '@noisesmith/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onOracle } from './backend';
import { openSampling } from './session';
import { gaussian } from './testing/gaussian';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

it('a device draws the samples of the oracle, batch after batch', async () => {
  const options = { steps: 4, sampler: 'ddpm', guidance: 1, inputScale: 1, batch: 2 };
  const request = { weights: gaussian.initialize(0), seeds: [3, 4, 5], labels: [0, 1, null] };
  using onGpu = await openSampling(device, gaussian, options);
  using onCpu = await openSampling(onOracle(), gaussian, options);
  const [mine, reference] = [await onGpu.sample(request), await onCpu.sample(request)];
  expect(mine.carry).toEqual(reference.carry);
  const error = mine.images.map((v, i) => Math.abs(v - reference.images[i]!));
  expect(Math.max(...error)).toBeLessThan(1e-5);
  expect((await onGpu.sample(request)).images).toEqual(mine.images);
});
