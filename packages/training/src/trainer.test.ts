// Reference: the oracle, which runs the same steps on the CPU in float64; an uninterrupted run, which a resumed one must
// equal to the bit. The network is the tiny denoiser of train-step.test.ts.
import { type Device, DeviceLostError, interpret, openDevice } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint } from './checkpoint';
import { checkpointName, latestCheckpoint, listCheckpoints } from './checkpoints';
import { type TrainSettings, trainConfig } from './config';
import { stepDrawer } from './draw';
import type { TrainEvent } from './events';
import { memoryStorage } from './storage';
import { tinyBatch, tinyDenoiser } from './testing/tiny-denoiser';
import { stepScalars, trainStateNames, trainStep } from './train-step';
import { Trainer, type TrainerOptions } from './trainer';
import { loadWeights } from './weights';

const denoiser = tinyDenoiser();
const config = trainConfig({
  seed: 4,
  steps: 20,
  batch: 8,
  inputScale: 0.5,
  labelDropout: 0.2,
  selfConditioning: { rate: 0.7 },
  learningRate: { base: 1e-2, warmup: 3, decay: 'cosine@0.7' },
  ema: { decay: 0.99, warmup: 'ramp' },
});

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

const create = (options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create({
    device,
    denoiser,
    config,
    batches: async (step) => tinyBatch(step, config.batch),
    tick: { steps: 5 },
    checkpointEvery: 5,
    ...options,
  });

async function vectors(trainer: Trainer): Promise<Record<string, Float32Array>> {
  const found: Record<string, Float32Array> = {};
  for (const name of trainStateNames) found[name] = await trainer.read(name);
  return found;
}

/** The state after a whole run on this device. */
async function uninterrupted(settings: TrainSettings = config): Promise<Record<string, Float32Array>> {
  using trainer = await create({ config: trainConfig(settings) });
  expect(await trainer.train()).toBe('done');
  return await vectors(trainer);
}

function recorder(): { events: TrainEvent[]; onEvent: (event: TrainEvent) => void; types: () => string[] } {
  const events: TrainEvent[] = [];
  return { events, onEvent: (event) => void events.push(event), types: () => events.map(({ type }) => type) };
}

describe('a run on the device', () => {
  it.each([1, 4])('equals the oracle, batch in %i parts', async (accumulation) => {
    const got = await uninterrupted({ ...config, accumulation });
    const graph = trainStep(denoiser, config);
    const draw = stepDrawer(denoiser, config);
    const zeros = new Float64Array(denoiser.layout.size);
    const params = Float64Array.from(denoiser.initialize(config.seed));
    let state: Record<string, Float64Array> = { params, firstMoment: zeros, secondMoment: zeros, ema: params };
    for (let step = 0; step < config.steps; step++) {
      const { inputs } = draw(step, tinyBatch(step, config.batch));
      state = interpret(graph, { inputs, state, scalars: stepScalars(config, step) }).state;
    }
    for (const name of trainStateNames) {
      const worst = state[name]!.reduce((most, x, i) => Math.max(most, Math.abs(x - got[name]![i]!)), 0);
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
    expect(steps[0]!.gpuBytes).toBeGreaterThan(0);
    expect((await listCheckpoints(storage)).map(({ step }) => step)).toEqual([20, 15]);
  });

  it('creates nothing on the device in its steady state', async () => {
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
    using trainer = await create({ config: trainConfig(settings), batches, tick: { steps }, checkpointEvery: steps });
    await trainer.train();
    expect(seen).toHaveLength(steps - 10);
    expect(new Set(made).size).toBe(1);
    // The loss and the norm of the gradient of each step under way come back in a buffer each, which is then used again.
    const mostUnderWay = 32;
    expect(seen.at(-1)! - seen[0]!).toBeLessThan(2 * mostUnderWay);
  });

  it('writes its average as named weights', async () => {
    using trainer = await create({ metadata: { config: '{"image":2}' } });
    await trainer.train();
    const { flat, metadata } = loadWeights(await trainer.emaWeights(), denoiser.layout);
    expect(metadata).toEqual({ config: '{"image":2}', step: '20' });
    expect(flat).toEqual(await trainer.read('ema'));
  });

  it('stops with one line that names the step where the loss is no number, and writes nothing', async () => {
    const storage = memoryStorage();
    const batches = async (step: number) => {
      const batch = tinyBatch(step, config.batch);
      if (step === 7) batch.images[3] = Number.NaN;
      return batch;
    };
    using trainer = await create({ batches, storage });
    await expect(trainer.train()).rejects.toThrow(/^step 7: the loss is (NaN|-?Infinity); /);
    expect((await listCheckpoints(storage)).map(({ step }) => step)).toEqual([5]);
  });
});

describe('values of the forward pass kept as 16-bit floats', () => {
  it('train as those of 32 bits do, to their rounding', async () => {
    const whole = await uninterrupted();
    const rounded = await uninterrupted({ ...config, storage: 'f16' });
    expect(rounded).not.toEqual(whole);
    const length = (x: Float32Array): number => Math.hypot(...x);
    const moved = whole.params!.map((x, i) => x - denoiser.initialize(config.seed)[i]!);
    const apart = rounded.params!.map((x, i) => x - whole.params![i]!);
    expect(length(apart) / length(moved)).toBeLessThan(0.02);
  });

  it('are refused in one line where the adapter has none', async () => {
    using without = await openDevice();
    Object.defineProperty(without, 'profile', { value: { ...without.profile, shaderF16: false } });
    const opened = create({ device: without, config: trainConfig({ ...config, storage: 'f16' }) });
    await expect(opened).rejects.toThrow(/^storage 'f16': .* lacks the feature shader-f16; expected storage 'f32'$/);
    expect(without.counters.liveBuffers).toBe(0);
  });
});

describe('a resumed run', () => {
  it.each([
    [1, 'f32'],
    [2, 'f32'],
    [2, 'f16'],
  ])('equals an uninterrupted one to the bit, batch in %i parts, values kept as %s', async (accumulation, kept) => {
    const settings = trainConfig({ ...config, accumulation, storage: kept });
    const expected = await uninterrupted(settings);
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
    const last = events.at(-1)!;
    expect(last.type).toBe('interrupted');
    const [newest] = await listCheckpoints(storage);
    expect(last).toEqual({ type: 'interrupted', step: newest!.step });
    expect(newest!.step).toBeGreaterThanOrEqual(11);
    expect(newest!.step).toBeLessThan(20);
    using second = await create({ config: settings, storage });
    expect(second.step).toBe(newest!.step);
    expect(await second.train()).toBe('done');
    expect(await vectors(second)).toEqual(expected);
    expect((await decodeCheckpoint(await storage.read(checkpointName(20)))).vectors).toEqual(expected);
  });

  it('goes on in place after an interruption', async () => {
    const expected = await uninterrupted();
    using trainer = await create();
    const stop = new AbortController();
    stop.abort();
    expect(await trainer.train({ signal: stop.signal })).toBe('interrupted');
    expect(await trainer.train()).toBe('done');
    expect(await vectors(trainer)).toEqual(expected);
  });

  it('passes over a damaged checkpoint with a warning, and over changed settings with another', async () => {
    const storage = memoryStorage();
    {
      using trainer = await create({ storage });
      await trainer.train();
    }
    const bytes = await storage.read(checkpointName(20));
    bytes[bytes.length - 9]! ^= 4;
    await storage.writeAtomic(checkpointName(20), bytes);
    const { events, onEvent } = recorder();
    using second = await create({ storage, config: trainConfig({ ...config, steps: 25 }) });
    expect(second.step).toBe(15);
    await second.train({ onEvent });
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings).toEqual([
      `${checkpointName(20)}: damaged: its bytes do not match their digest; trying the checkpoint before it`,
      'resuming at step 15 with other values of train.steps',
    ]);
    expect((await latestCheckpoint(storage, denoiser.layout))?.step).toBe(25);
  });

  it('is not started anew over the checkpoints of another', async () => {
    const storage = memoryStorage();
    await storage.writeAtomic(checkpointName(5), new Uint8Array(1));
    await expect(create({ storage, resume: 'none' })).rejects.toThrow('a new run, but the storage holds checkpoint-');
  });
});

describe('a lost device', () => {
  /** A trainer on a device of its own that the driver takes away at a step. */
  const losing = async (times: number, options: Partial<TrainerOptions>): Promise<Trainer> => {
    let current = await openDevice();
    let left = times;
    const batches = async (step: number) => {
      if (step === 8 && left-- > 0) {
        current.gpu.destroy();
        await current.gpu.lost;
      }
      return tinyBatch(step, config.batch);
    };
    const again = async (): Promise<Device> => {
      current = await openDevice();
      return current;
    };
    const reopening = options.maxDeviceLosses === 0 ? {} : { openDevice: again };
    return create({ device: current, batches, ...reopening, ...options });
  };

  it('is opened again, and the run ends as if nothing had been', async () => {
    const expected = await uninterrupted();
    using trainer = await losing(2, {});
    const { events, onEvent } = recorder();
    expect(await trainer.train({ onEvent })).toBe('done');
    const losses = events.filter(({ type }) => type === 'deviceLost');
    expect(losses.map((event) => 'step' in event && event.step)).toEqual([5, 5]);
    expect(await vectors(trainer)).toEqual(expected);
    trainer.device.destroy();
  });

  it('ends the run with a DeviceLostError when it cannot be opened again', async () => {
    using trainer = await losing(1, { maxDeviceLosses: 0 });
    await expect(trainer.train()).rejects.toBeInstanceOf(DeviceLostError);
  });
});
