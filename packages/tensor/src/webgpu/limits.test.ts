// Reference: the limits that the adapter itself reports.
import { expect, it } from 'vitest';
import { add, compile, f32, LimitError, openDevice } from '../index';

it('refuses a tensor that no kernel can bind, naming op and tensor, and creates nothing', async () => {
  using device = await openDevice();
  const elements = device.profile.limits.maxStorageBufferBindingSize / 4 + 64;
  const before = { ...device.counters };
  const failing = compile(device, { inputs: { huge: f32(elements) } }, ({ inputs }) => ({
    outputs: { y: add(inputs.huge, 1) },
  }));
  await expect(failing).rejects.toThrow(LimitError);
  await expect(failing).rejects.toThrow(/input huge.*maxStorageBufferBindingSize/);
  expect(device.counters).toEqual(before);
});
