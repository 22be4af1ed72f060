// Reference: a made-up clock with a known fence and a known time per repeat; and the device's own count of dispatches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, type Device, f32, measureCeilings, mul, openDevice, sum } from '../../index';
import { overlapOf } from '../../plan/cost/ceilings';
import { PassClock, secondsEach } from './clock';

describe('secondsEach', () => {
  const fence = 3e-4;
  const clock = (each: number) => {
    const asked: number[] = [];
    return {
      asked,
      measure: async (repeats: number): Promise<number> => {
        asked.push(repeats);
        return fence + each * repeats;
      },
    };
  };
  it.each([1e-6, 5e-5, 2e-3])('repeats %d s of work until the fence is a small part', async (each) => {
    const { asked, measure } = clock(each);
    const seconds = await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 1e6, attempts: 1 });
    expect(asked.at(-1)! * each + fence).toBeGreaterThanOrEqual(0.01);
    expect(seconds / each).toBeLessThan(1.04);
  });
  it('leaves the first measurement out and repeats long work no more', async () => {
    const { asked, measure } = clock(0.5);
    expect(await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 100, attempts: 1 })).toBe(0.5 + fence);
    expect(asked).toEqual([1, 1]);
  });
  it('takes the shortest of some attempts, and is not stopped early by a long one', async () => {
    const { asked, measure } = clock(1e-4);
    const disturbed = async (repeats: number): Promise<number> =>
      (await measure(repeats)) + (asked.length % 3 === 2 ? 0.05 : 0);
    const seconds = await secondsEach(disturbed, { atLeastSeconds: 0.01, mostRepeats: 1e6, attempts: 3 });
    expect(seconds).toBeCloseTo(1e-4 + fence / asked.at(-1)!, 12);
    expect(asked.at(-1)! * 1e-4 + fence).toBeGreaterThanOrEqual(0.01);
  });
  it('stops at the most repeats', async () => {
    const { asked, measure } = clock(0);
    expect(await secondsEach(measure, { atLeastSeconds: 0.01, mostRepeats: 100, attempts: 1 })).toBe(fence / 100);
    expect(asked.at(-1)).toBe(100);
  });
});

describe('overlapOf', () => {
  it.each([
    ['the longer alone: all of the shorter is hidden', 3, 2, 3, 1],
    ['one after the other: nothing is', 3, 2, 5, 0],
    ['half of the shorter', 2, 3, 4, 0.5],
    ['more than one after the other, by chance', 3, 2, 5.2, 0],
    ['less than the longer, by chance', 3, 2, 2.9, 1],
  ] as const)('%s', (_, arithmetic, loads, both, overlap) => {
    expect(overlapOf(arithmetic, loads, both)).toBeCloseTo(overlap, 12);
  });
});

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
    const names = program.plan.kernels.map(({ label, form, items }) => ({ label, form, workgroups: items }));
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
