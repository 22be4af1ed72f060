// Reference: the device's own count of dispatches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, type Device, f32, measureCeilings, mul, openDevice, sum } from '../../index';
import { PassClock } from './clock';

describe('on the device', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  it('profiles every kernel in the order of the plan and changes no input', async () => {
    using program = await compile(device, { inputs: { x: f32(64, 64) } }, ({ inputs }) => ({
      outputs: { y: sum(mul(inputs.x, inputs.x)), z: mul(inputs.x, 3) },
    }));
    await program.run({ x: new Float32Array(64 * 64).fill(2) });
    const before = device.counters.dispatches;
    const times = await program.profile({ atLeast: 1 });
    const names = program.plan.kernels.map(({ label, form, items }) => ({ label, form, items }));
    expect(times.map(({ milliseconds: _, firstMilliseconds: __, ...rest }) => rest)).toEqual(names);
    expect(times.every(({ milliseconds }) => milliseconds > 0 && Number.isFinite(milliseconds))).toBe(true);
    expect(device.counters.dispatches - before).toBeGreaterThanOrEqual(2 * names.length);
    await program.run({ x: new Float32Array(64 * 64).fill(2) });
    expect([...(await program.read('y'))]).toEqual([4 * 64 * 64]);
  });

  it('times a pass by wall time and, where the adapter has them, by timestamps', async () => {
    const { liveBuffers } = device.counters;
    const pipeline = await device.pipeline('@compute @workgroup_size(1) fn main() {}', 'nothing');
    const encode = (pass: GPUComputePassEncoder, repeats: number): void => {
      pass.setPipeline(pipeline);
      for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(64);
    };
    for (const stamped of [false, device.profile.timestamps]) {
      using clock = new PassClock(device, stamped);
      const start = performance.now();
      const seconds = await clock.seconds('nothing', encode, 100);
      expect(seconds).toBeGreaterThan(0);
      // No pass takes longer than the call that waits for it.
      expect(seconds).toBeLessThanOrEqual((performance.now() - start) / 1000);
    }
    // Of what was made, at most the staging buffer that brought the timestamps stays, for later reads.
    expect(device.counters.liveBuffers - liveBuffers).toBeLessThanOrEqual(1);
  });

  it('measures ceilings and gives back what it made', async () => {
    const { liveBuffers } = device.counters;
    const { counted, overlap, ...rates } = await measureCeilings(device);
    for (const rate of Object.values(rates)) expect(rate > 0 && Number.isFinite(rate)).toBe(true);
    expect(overlap! >= 0 && overlap! <= 1).toBe(true);
    expect(counted).toBe(device.profile.software ? 'issued' : 'distinct');
    expect(device.counters.liveBuffers).toBe(liveBuffers);
  });
});
