// Reference: the device's own counts of what it made and submitted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, compile, type Device, f32, fill, matmul, mul, openDevice, sum } from '../index';
import { MOST_IN_FLIGHT } from '../plan/in-flight';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from '../testing/train-program';
import { SMALLEST_CLASS } from './device/staging';
import type { DeviceCompileOptions } from './program';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

describe('a replayed train step', () => {
  it.each([3, 4, 5, 1000])(
    'gives the same with %i dispatches in a submission, or what is left',
    async (submitEvery) => {
      const STEPS = 3;
      const counted = async (options: DeviceCompileOptions) => {
        const { dispatches, submits } = { ...device.counters };
        using program = await compile(device, trainSpec, trainBuild, options);
        program.state.write('params', trainWeights());
        for (let step = 0; step < STEPS; step++) await program.run(trainInputs(step), trainScalars(step));
        const values = await program.state.read('params');
        const { counters } = device;
        return { values, dispatches: counters.dispatches - dispatches, submits: counters.submits - submits };
      };
      const whole = await counted({});
      const cut = await counted({ submitEvery });
      expect(cut.values).toEqual(whole.values);
      expect(cut.dispatches).toBe(whole.dispatches);
      const each = whole.dispatches / STEPS;
      expect(cut.submits - whole.submits).toBe(STEPS * (Math.ceil(each / submitEvery) - 1));
    },
  );

  it('creates nothing after the first run but what carries losses to the host, and submits once', async () => {
    using program = await compile(device, trainSpec, trainBuild);
    program.state.write('params', trainWeights());
    for (let step = 0; step < 3; step++) await program.run(trainInputs(step), trainScalars(step));
    await program.read('loss');
    const before = { ...device.counters };
    const steps = 200;
    for (let step = 0; step < steps; step++) await program.run(trainInputs(step), trainScalars(step));
    await program.read('loss');
    const after = device.counters;
    // Of short runs as many are under way as the adapter makes worth while, each with its loss.
    expect(after.buffers - before.buffers).toBeLessThan(MOST_IN_FLIGHT);
    expect(after.liveBytes - before.liveBytes).toBeLessThan(MOST_IN_FLIGHT * SMALLEST_CLASS);
    expect(after.bindGroups - before.bindGroups).toBe(0);
    expect(after.pipelines - before.pipelines).toBe(0);
    expect(after.submits - before.submits).toBe(steps);
  });
});

describe('a destroyed program', () => {
  it('says so in each later call, and leaves shared state to others', async () => {
    const spec = { state: { x: f32(4) } };
    using store = device.openStore(spec.state);
    const program = await compile(device, spec, ({ state: { x } }) => ({ outputs: { y: add(x!, 1) } }), {
      store,
      label: 'increment',
    });
    program.destroy();
    const message = 'increment: used after it was destroyed';
    await expect(program.run()).rejects.toThrow(message);
    await expect(program.read('y')).rejects.toThrow(message);
    await expect(program.profile()).rejects.toThrow(message);
    expect(await store.read('x')).toEqual(new Float32Array(4));
    store.destroy();
    await expect(store.read('x')).rejects.toThrow("state 'x': used after its store was destroyed");
  });
});

describe('pipelines', () => {
  const compiled = (factor: number, on = device) =>
    compile(on, { inputs: { x: f32(8) } }, ({ inputs }) => ({
      outputs: { y: mul(inputs.x, factor), z: add(inputs.x, 1) },
    }));

  it('are freed with the last program that uses them', async () => {
    const before = device.livePipelines;
    const first = await compiled(2);
    const own = device.livePipelines - before;
    expect(own).toBeGreaterThan(0);
    const second = await compiled(2);
    expect(device.livePipelines).toBe(before + own);
    first.destroy();
    first.destroy();
    expect(device.livePipelines).toBe(before + own);
    await second.run({ x: new Float32Array(8).fill(3) });
    expect((await second.read('y'))[0]).toBe(6);
    second.destroy();
    expect(device.livePipelines).toBe(before);
    const made = device.counters.pipelines;
    using _third = await compiled(2);
    expect(device.counters.pipelines).toBe(made + own);
  });

  it('do not add up over many programs', async () => {
    const before = device.livePipelines;
    for (let i = 0; i < 50; i++) {
      using program = await compiled(2 + i);
      await program.run({ x: new Float32Array(8) });
    }
    expect(device.livePipelines).toBe(before);
  });

  it('of a program that cannot be made are freed as well, and so are its buffers', async () => {
    using own = await openDevice();
    const bytes = own.liveBytes;
    const bad = new Error('does not compile');
    let calls = 0;
    const pipeline = own.pipeline.bind(own);
    own.pipeline = (wgsl, label) => (calls++ === 1 ? Promise.reject(bad) : pipeline(wgsl, label));
    await expect(
      compile(own, { state: { x: f32(64, 64) } }, ({ state: { x } }) => ({ outputs: { y: sum(matmul(x, x)) } })),
    ).rejects.toBe(bad);
    expect(calls).toBeGreaterThan(1);
    expect([own.livePipelines, own.liveBytes]).toEqual([0, bytes]);
  });
});

describe('state', () => {
  it('is written in place where nothing reads the old value later', async () => {
    const spec = { state: { x: f32(100) }, inputs: { d: f32(100) } } as const;
    using program = await compile(device, spec, ({ state, inputs }) => ({
      state: { x: add(mul(state.x, 2), inputs.d) },
    }));
    expect(program.plan.copies).toHaveLength(0);
    const d = new Float32Array(100).fill(1);
    for (let i = 0; i < 3; i++) await program.run({ d });
    expect(await program.state.read('x')).toEqual(new Float32Array(100).fill(7));
  });
});

describe('large dispatches', () => {
  it('covers more than 65535 workgroups', async () => {
    const n = 65535 * 64 + 65;
    using program = await compile(device, { inputs: { x: f32(n) } }, ({ inputs }) => ({
      outputs: { y: add(inputs.x, fill([1], 1)) },
    }));
    const x = Float32Array.from({ length: n }, (_, i) => i % 1000);
    await program.run({ x });
    const y = await program.read('y');
    let wrong = 0;
    for (let i = 0; i < n; i++) if (y[i] !== (i % 1000) + 1) wrong++;
    expect(wrong).toBe(0);
  });
});
