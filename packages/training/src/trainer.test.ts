// Reference: the interpreter, which runs the same steps on the CPU in float64; an uninterrupted run, which a resumed one
// must equal to the bit. The network is the tiny denoiser of train-step.test.ts.
import { initialParameters } from '@noisesmith/diffusion';
import { bytesSource, collectParts } from '@noisesmith/formats';
import { type Backend, type Device, DeviceLostError, interpret, openDevice } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeCheckpoint } from './checkpoint';
import { checkpointName, findCheckpoints, listCheckpoints } from './checkpoints';
import { trainConfig } from './config';
import { stepDrawer } from './draw';
import type { TrainEvent } from './events';
import { memoryStorage } from './storage';
import { backends, singleOracle } from './testing/backends';
import { bytesOfStored, vectorsTaker, writeBytes } from './testing/states';
import { tinyBatch } from './testing/tiny-denoiser';
import { config, createTiny, denoiser, recorder, uninterrupted, vectorsOf } from './testing/tiny-run';
import { stepScalars, trainStateNames, trainStep } from './train-step';
import type { Trainer, TrainerOptions } from './trainer';
import { loadWeights } from './weights';

describe.each(backends)('a run on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());
  const create = (options: Partial<TrainerOptions> = {}): Promise<Trainer> => createTiny(backend, options);

  it.each([1, 4])('equals the interpreter, batch in %i parts', async (accumulation) => {
    const got = await uninterrupted(backend, { config: trainConfig({ ...config, accumulation }) });
    const graph = trainStep(denoiser, config);
    const draw = stepDrawer(denoiser, config);
    const zeros = new Float64Array(denoiser.layout.size);
    const params = Float64Array.from(initialParameters(denoiser, config.seed));
    let state: Record<string, Float64Array> = { params, firstMoment: zeros, secondMoment: zeros, ema: params };
    for (let step = 0; step < config.steps; step++) {
      const { inputs } = draw(step, tinyBatch(step, config.batch));
      state = interpret(graph, { inputs, state, scalars: stepScalars(config, step) }).state;
    }
    for (const name of trainStateNames) {
      const worst = state[name]!.reduce((most, x, i) => Math.max(most, Math.abs(x - got[name][i]!)), 0);
      expect(worst, name).toBeLessThan(2e-5);
    }
    const moved = state.params!.reduce((most, x, i) => Math.max(most, Math.abs(x - params[i]!)), 0);
    expect(moved).toBeGreaterThan(0.01);
  });

  it('reports every tick, grid and checkpoint in order', async () => {
    const storage = memoryStorage();
    using trainer = await create({ storage, keep: 2, gridEvery: 10 });
    const { events, onEvent, types } = recorder();
    await trainer.train({ onEvent });
    expect(types()).toEqual(
      [
        ['step', 'checkpoint'],
        ['step', 'checkpoint', 'grid'],
        ['step', 'checkpoint'],
        ['step', 'checkpoint', 'grid'],
        ['done'],
      ].flat(),
    );
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([5, 10, 15, 20]);
    expect(steps.map(({ images }) => images)).toEqual([40, 80, 120, 160]);
    expect(steps.every(({ loss }) => loss > 0 && loss < 20)).toBe(true);
    expect(steps[0]!.deviceBytes).toBeGreaterThan(0);
    const written = events.filter((event) => event.type === 'checkpoint').at(-1)!;
    expect(written.bytes).toBe((await bytesOfStored(storage, written.name)).length);
    expect((await listCheckpoints(storage)).map(({ step }) => step)).toEqual([20, 15]);
  });

  it('asks for measurements before it reports their step, and again where a run goes on there', async () => {
    const storage = memoryStorage();
    const told = (events: readonly TrainEvent[]) =>
      events.flatMap((event) => {
        if (event.type === 'evaluate') return `${event.step}${event.late ? ' late' : ''}`;
        return event.type === 'step' ? `step ${event.step}` : [];
      });
    const controller = new AbortController();
    const first = recorder();
    {
      using trainer = await create({ storage, evaluateEvery: 4 });
      await trainer.train({
        signal: controller.signal,
        onEvent(event) {
          first.onEvent(event);
          if (event.type === 'evaluate' && event.step === 8) controller.abort();
        },
      });
    }
    expect(told(first.events)).toEqual(['4', 'step 4', '8', 'step 8']);
    const second = recorder();
    using trainer = await create({ storage, evaluateEvery: 4 });
    await trainer.train({ onEvent: second.onEvent });
    expect(told(second.events)).toEqual([['8 late'], ['12', 'step 12'], ['16', 'step 16'], ['20', 'step 20']].flat());
  });

  it('writes its average, or its weights, as named tensors', async () => {
    using trainer = await create({ metadata: { config: '{"image":2}' } });
    await trainer.train();
    for (const which of ['ema', 'params'] as const) {
      const bytes = await collectParts(which === 'ema' ? trainer.weights() : trainer.weights(which));
      const { flat, metadata } = await loadWeights(bytesSource(bytes), denoiser.layout);
      expect(metadata).toMatchObject({ config: '{"image":2}', step: '20' });
      expect(flat).toEqual(await trainer.read(which));
    }
    expect(await trainer.read('ema', 3, 2)).toEqual((await trainer.read('ema')).slice(3, 5));
  });

  it.each([1, 2])('that is resumed equals an uninterrupted one to the bit, batch in %i parts', async (accumulation) => {
    const settings = trainConfig({ ...config, accumulation });
    const expected = await uninterrupted(backend, { config: settings });
    const storage = memoryStorage();
    const stop = new AbortController();
    const batches = async (step: number) => {
      if (step === 12) stop.abort();
      return tinyBatch(step, config.batch);
    };
    const { events, onEvent } = recorder();
    {
      using first = await create({ config: settings, batches, storage });
      expect(await first.train({ onEvent, signal: stop.signal })).toBe('interrupted');
    }
    const [newest] = await listCheckpoints(storage);
    expect(events.at(-1)).toEqual({ type: 'interrupted', step: newest!.step });
    expect(newest!.step).toBeGreaterThanOrEqual(11);
    expect(newest!.step).toBeLessThan(20);
    using second = await create({ config: settings, storage });
    expect(second.step).toBe(newest!.step);
    expect(await second.train()).toBe('done');
    expect(await vectorsOf(second)).toEqual(expected);
    const { take, vectors } = vectorsTaker(denoiser.layout.size);
    await using last = await storage.open(checkpointName(20));
    expect(await decodeCheckpoint(last, { take })).toMatchObject({ step: 20, config: settings });
    expect(vectors).toEqual(expected);
  });

  it('tells a pace that knows nothing of the time before its first step has ended', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      // Kernels compile while the first step runs; the others take a second from batch to batch.
      const batches = async (step: number) => {
        now += step === 0 ? 600_000 : 1000;
        return tinyBatch(step, config.batch);
      };
      using trainer = await create({ batches, checkpointEvery: 100 });
      const { events, onEvent } = recorder();
      await trainer.train({ onEvent });
      const steps = events.filter((event) => event.type === 'step');
      for (const { imagesPerSecond } of steps) expect(imagesPerSecond).toBeLessThan(100);
      for (const { imagesPerSecond } of steps) expect(imagesPerSecond).toBeGreaterThan(config.batch / 5);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('goes on in place after an interruption', async () => {
    const expected = await uninterrupted(backend);
    using trainer = await create();
    const stop = new AbortController();
    stop.abort();
    expect(await trainer.train({ signal: stop.signal })).toBe('interrupted');
    expect(await trainer.train()).toBe('done');
    expect(await vectorsOf(trainer)).toEqual(expected);
  });
});

describe('what a run goes on from', () => {
  const create = (options: Partial<TrainerOptions> = {}): Promise<Trainer> => createTiny(singleOracle(), options);
  const stored = async () => {
    const storage = memoryStorage();
    using trainer = await create({ storage });
    await trainer.train();
    return storage;
  };

  it('passes over a damaged checkpoint with a warning, and over changed settings with another', async () => {
    const storage = await stored();
    const bytes = await bytesOfStored(storage, checkpointName(20));
    bytes[bytes.length - 9]! ^= 4;
    await writeBytes(storage, checkpointName(20), bytes);
    const { onEvent, warnings } = recorder();
    using second = await create({ storage, config: trainConfig({ ...config, steps: 25 }) });
    expect(second.step).toBe(15);
    await second.train({ onEvent });
    expect(warnings()).toEqual([
      `${checkpointName(20)}: damaged: its bytes do not match their digest; trying the checkpoint before it`,
      'resuming at step 15 with other values of train.steps',
    ]);
    expect((await findCheckpoints(storage, { layout: denoiser.layout }))?.step).toBe(25);
  });

  it('is nothing where a new run is insisted on, and the storage must be empty', async () => {
    const storage = memoryStorage();
    await writeBytes(storage, checkpointName(5), new Uint8Array(1));
    await expect(create({ storage, resume: 'none' })).rejects.toThrow('a new run, but the storage holds checkpoint-');
  });

  it('may be the checkpoint of another run, in its storage', async () => {
    const from = await stored();
    await from.remove(checkpointName(20));
    const storage = memoryStorage();
    using trainer = await create({ storage, resume: from });
    expect(trainer.step).toBe(15);
    await trainer.train();
    expect(await vectorsOf(trainer)).toEqual(await uninterrupted(singleOracle()));
    expect(await from.list()).toEqual([checkpointName(10), checkpointName(15)]);
    using again = await create({ storage, resume: from });
    expect(again.step).toBe(20);
    await expect(create({ resume: memoryStorage() })).rejects.toThrow('there are no checkpoints to start from');
  });

  it('must have steps left: in one line else', async () => {
    const storage = await stored();
    const settings = trainConfig({ ...config, steps: 5 });
    for (const options of [{ storage }, { resume: storage }]) {
      await expect(create({ ...options, config: settings })).rejects.toMatchObject({
        name: 'SettingError',
        path: 'train.steps',
        message: 'train.steps is 5, but the state to go on from has done 20 steps; expected more than 20',
      });
    }
    using done = await create({ storage });
    expect(await done.train()).toBe('done');
  });

  it('is warned of when its average will not have left its start', async () => {
    const { onEvent, warnings } = recorder();
    using trainer = await create({ config: trainConfig({ ...config, ema: { decay: 0.999 } }) });
    await trainer.train({ onEvent });
    expect(warnings()).toEqual([expect.stringMatching(/^after 20 steps the moving average still holds 98 % of/)]);
  });
});

describe('on a device of WebGPU', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  it('nothing is created in the steady state', async () => {
    const steps = 150;
    const seen: number[] = [];
    const made: number[] = [];
    const batches = async (step: number) => {
      if (step >= 10) {
        made.push(device.counters.pipelines + device.counters.bindGroups);
        seen.push(device.counters.buffers);
      }
      return tinyBatch(step, config.batch);
    };
    const settings = { ...config, steps };
    using trainer = await createTiny(device, {
      config: trainConfig(settings),
      batches,
      tick: { steps },
      checkpointEvery: steps,
    });
    await trainer.train();
    expect(seen).toHaveLength(steps - 10);
    expect(new Set(made).size).toBe(1);
    // The loss and the norm of the gradient of each step under way come back in a buffer each, which is then used again.
    const mostUnderWay = 32;
    expect(seen.at(-1)! - seen[0]!).toBeLessThan(2 * mostUnderWay);
  });

  it('values of the forward pass kept as 16-bit floats train as those of 32 bits do, to their rounding', async () => {
    const settings = trainConfig({ ...config, storage: 'f16' });
    const whole = await uninterrupted(device);
    const rounded = await uninterrupted(device, { config: settings });
    expect(rounded).not.toEqual(whole);
    const length = (x: Float32Array): number => Math.hypot(...x);
    const moved = whole.params.map((x, i) => x - initialParameters(denoiser, config.seed)[i]!);
    const apart = rounded.params.map((x, i) => x - whole.params[i]!);
    expect(length(apart) / length(moved)).toBeLessThan(0.02);
    const storage = memoryStorage();
    {
      using first = await createTiny(device, { config: settings, storage });
      const stop = new AbortController();
      await first.train({ signal: stop.signal, onEvent: () => stop.abort() });
    }
    using second = await createTiny(device, { config: settings, storage });
    expect(second.step).toBeLessThan(20);
    await second.train();
    expect(await vectorsOf(second)).toEqual(rounded);
  });

  it('they are refused in one line where the adapter has none', async () => {
    using without = await openDevice();
    Object.defineProperty(without, 'profile', { value: { ...without.profile, halves: false } });
    const opened = createTiny(without, { config: trainConfig({ ...config, storage: 'f16' }) });
    await expect(opened).rejects.toThrow(/^storage 'f16': .* keeps no 16-bit floats; expected storage 'f32'$/);
    expect(without.counters.liveBuffers).toBe(0);
  });

  it('a loss is made good with another, and the run ends as if nothing had been', async () => {
    const expected = await uninterrupted(device);
    const first = await openDevice();
    const opened: Device[] = [first];
    let left = 2;
    const batches = async (step: number) => {
      if (step === 8 && left-- > 0) {
        opened.at(-1)!.gpu.destroy();
        await opened.at(-1)!.gpu.lost;
      }
      return tinyBatch(step, config.batch);
    };
    const openBackend = async (): Promise<Device> => {
      opened.push(await openDevice());
      return opened.at(-1)!;
    };
    const trainer = await createTiny(first, { batches, openBackend });
    const { events, onEvent } = recorder();
    expect(await trainer.train({ onEvent })).toBe('done');
    const losses = events.filter(({ type }) => type === 'deviceLost');
    expect(losses.map((event) => 'step' in event && event.step)).toEqual([5, 5]);
    expect(await vectorsOf(trainer)).toEqual(expected);
    trainer.destroy();
    expect(opened).toHaveLength(3);
    expect(await opened[2]!.lost).toMatchObject({ reason: 'destroyed' });
  });
});

describe('a lost backend', () => {
  /** Oracles that are lost at a step, so many times; `opened` are all of them. */
  const losing = (times: number) => {
    const opened = [singleOracle()];
    let left = times;
    const batches = async (step: number) => {
      if (step === 8 && left-- > 0) opened.at(-1)!.lose();
      return tinyBatch(step, config.batch);
    };
    const openBackend = async () => {
      opened.push(singleOracle());
      return opened.at(-1)!;
    };
    return { opened, batches, openBackend };
  };
  const endOf = async (backend: Backend): Promise<string> => {
    const open = Symbol('open');
    const end = await Promise.race([backend.lost, Promise.resolve(open)]);
    return end === open ? 'open' : (end as DeviceLostError).reason;
  };

  it.each([
    ['the storage', { storage: memoryStorage() }],
    ['memory', {}],
  ])('is replaced from the last checkpoint in %s', async (_where, kept) => {
    const { batches, opened, openBackend } = losing(2);
    const trainer = await createTiny(opened[0]!, { batches, openBackend, ...kept });
    const { events, onEvent } = recorder();
    expect(await trainer.train({ onEvent })).toBe('done');
    expect(events.flatMap((event) => (event.type === 'deviceLost' ? [event.step] : []))).toEqual([5, 5]);
    expect(await vectorsOf(trainer)).toEqual(await uninterrupted(singleOracle()));
    expect(trainer.backend).toBe(opened[2]);
    trainer.destroy();
    expect(await Promise.all(opened.map(endOf))).toEqual(['lost', 'lost', 'destroyed']);
  });

  it('before the first checkpoint is replaced from what the run began with', async () => {
    const from = memoryStorage();
    {
      using first = await createTiny(singleOracle(), { storage: from, keep: 9 });
      await first.train();
    }
    for (const name of [10, 15, 20].map(checkpointName)) await from.remove(name);
    for (const resume of ['auto', from] as const) {
      const { batches, opened, openBackend } = losing(1);
      using trainer = await createTiny(opened[0]!, { batches, openBackend, resume, checkpointEvery: 100 });
      await trainer.train();
      expect(await vectorsOf(trainer)).toEqual(await uninterrupted(singleOracle()));
    }
  });

  it('ends the run when it cannot be opened again, is lost too often, or was destroyed', async () => {
    const once = losing(1);
    using alone = await createTiny(once.opened[0]!, { batches: once.batches });
    await expect(alone.train()).rejects.toBeInstanceOf(DeviceLostError);

    const often = losing(9);
    using tried = await createTiny(often.opened[0]!, { ...often, maxDeviceLosses: 2 });
    await expect(tried.train()).rejects.toBeInstanceOf(DeviceLostError);
    expect(often.opened).toHaveLength(3);

    const meant = singleOracle();
    const batches = async (step: number) => {
      if (step === 8) meant.destroy();
      return tinyBatch(step, config.batch);
    };
    using ended = await createTiny(meant, { batches, openBackend: async () => singleOracle() });
    await expect(ended.train()).rejects.toMatchObject({ reason: 'destroyed' });
  });
});
