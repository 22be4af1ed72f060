// Reference: the device's own count of the bytes that it gave out.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile, type Device, f32, literal, mul, openDevice, planBytes } from '../index';
import { trainBuild, trainSpec } from '../testing/train-program';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

it.each(['f32', 'f16'] as const)('is what a training program with storage %s makes', async (storage) => {
  const before = device.counters.liveBytes;
  using program = await compile(device, trainSpec, trainBuild, { storage });
  const { state, temporary, other } = planBytes(program.graph, program.plan);
  expect(state + temporary + other).toBe(device.counters.liveBytes - before);
  expect(state).toBe(4 * 4 * trainSpec.state.params.size);
  expect(temporary).toBeGreaterThanOrEqual(program.plan.liveBound);
  expect(program.bytes).toBe(temporary + other);
});

it('counts a buffer for the scalars of a program without any, and its constants', async () => {
  const before = device.counters.liveBytes;
  using program = await compile(device, { inputs: { x: f32(3) } }, ({ inputs: { x } }) => ({
    outputs: { y: mul(x, literal(Float32Array.of(2, 5, 7), [3])) },
  }));
  expect(planBytes(program.graph, program.plan)).toEqual({ state: 0, temporary: 12, other: 12 + 12 + 4 });
  expect(device.counters.liveBytes - before).toBe(40);
});
