// Reference: the oracle, which runs the same graph on the CPU in double precision. Generic lowering and named kernels alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../index';
import { operationKernels } from '../testing/generated-cases';
import { outcomeOf } from '../testing/kernel-report';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

describe('every operation and its gradient on the GPU equal the oracle', () => {
  it.each(operationKernels.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
    expect((await outcomeOf(device, test)).error).toBeLessThan(test.tolerance);
  });
});
