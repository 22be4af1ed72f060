import { type Device, DeviceLostError } from '@noisesmith/tensor';
import { encodeCheckpoint, type TrainState } from './checkpoint';
import { checkpointName, latestCheckpoint, listCheckpoints, pruneCheckpoints } from './checkpoints';
import type { TrainConfig } from './config';
import { type StepDraw, stepDrawer, type TrainBatch } from './draw';
import { type EngineOptions, TrainEngine } from './engine';
import { CheckpointError, TrainingError } from './errors';
import type { TrainEventHandler } from './events';
import { canonicalJson } from './json';
import { observed } from './observed';
import { StatisticsWindow, type StepResult } from './statistics';
import type { CheckpointStorage } from './storage';
import type { TrainStateName } from './train-step';
import { saveWeights } from './weights';

/** Steps between submitting one and looking at its loss: enough that the device never waits for the host. */
const READ_BEHIND = 4;

export interface TrainerOptions extends EngineOptions {
  readonly device: Device;
  /** The whole batch of a step, counted from 0; a function of the step alone, so that runs can be resumed. */
  readonly batches: (step: number) => Promise<TrainBatch>;
  readonly storage?: CheckpointStorage;
  /** Steps between checkpoints, and between snapshots for a lost device. Default 1000; one is always written at the end and on interruption. */
  readonly checkpointEvery?: number;
  /** Checkpoints that are kept. Default 3. */
  readonly keep?: number;
  /** Steps between 'grid' events; 0 (default): none. */
  readonly gridEvery?: number;
  /** 'step' events come after so many steps or seconds, whichever is first. Default: every 2 seconds. */
  readonly tick?: { readonly steps?: number; readonly seconds?: number };
  /**
   * 'auto' (default): go on from the newest whole checkpoint of the storage, if there is one. 'none': start anew; the
   * storage must be empty. Or a state to go on from.
   */
  readonly resume?: 'auto' | 'none' | TrainState;
  /** Written into every file, e.g. the description of the network. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Opens a device again after the first was lost; absent, the loss ends the run with a DeviceLostError. */
  readonly openDevice?: () => Promise<Device>;
  /** Losses after which the run gives up. Default 3. */
  readonly maxDeviceLosses?: number;
}

export interface TrainOptions {
  /** Ends the run after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: TrainEventHandler;
}

/** Algorithm 2 as a run: steps, statistics, checkpoints. It draws nothing and opens no file; it emits events. */
export class Trainer {
  private losses = 0;
  private lastCheckpoint = -1;

  private constructor(
    private readonly options: TrainerOptions,
    private engine: TrainEngine,
    /** Steps done. */
    private done: number,
    private readonly warnings: string[],
    /** What a lost device is replaced from; kept only where a device can be opened again. */
    private snapshot: TrainState | undefined,
  ) {}

  /**
   * Compiles the step and puts the state of a new or resumed run on the device.
   *
   * @throws CheckpointError when there are checkpoints but none fits, SettingError, LimitError, ShaderError
   */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const warnings: string[] = [];
    const resumed = await startingPoint(options, warnings);
    const state = resumed ?? initialState(options);
    const engine = await TrainEngine.open(options.device, options);
    engine.write(state.vectors);
    const trainer = new Trainer(options, engine, state.step, warnings, options.openDevice && state);
    if (resumed && typeof options.resume !== 'object') trainer.lastCheckpoint = state.step;
    return trainer;
  }

  /** Steps done. */
  get step(): number {
    return this.done;
  }

  /** The device in use; another one after a loss. */
  get device(): Device {
    return this.engine.device;
  }

  /** A flat vector of the state [layout.size], as it is after the steps submitted so far. */
  read(name: TrainStateName): Promise<Float32Array<ArrayBuffer>> {
    return this.engine.read(name);
  }

  /** The moving average as a safetensors file with one tensor per parameter; `step` and the metadata are in it. */
  async emaWeights(): Promise<Uint8Array<ArrayBuffer>> {
    const { denoiser, metadata } = this.options;
    return saveWeights(denoiser.layout, await this.read('ema'), { ...metadata, step: String(this.done) });
  }

  /**
   * Trains up to the configured number of steps; may be called again after an interruption.
   *
   * @returns why it ended
   * @throws TrainingError naming the step whose loss is no number (nothing is written then); DeviceLostError
   */
  async train({ onEvent, signal }: TrainOptions = {}): Promise<'done' | 'interrupted'> {
    const emit: TrainEventHandler = onEvent ?? (() => undefined);
    for (const message of this.warnings.splice(0)) await emit({ type: 'warning', message });
    for (;;) {
      try {
        return await this.run(emit, signal);
      } catch (error) {
        if (!(error instanceof DeviceLostError)) throw error;
        await this.reopen(error, emit);
      }
    }
  }

  /** Frees the buffers; the device is the caller's. */
  destroy(): void {
    this.engine.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private async run(emit: TrainEventHandler, signal?: AbortSignal): Promise<'done' | 'interrupted'> {
    const { checkpointEvery = 1000, config, gridEvery = 0, tick = { seconds: 2 } } = this.options;
    const draw = stepDrawer(this.options.denoiser, config);
    const window = new StatisticsWindow(() => performance.now(), config.batch, config.steps);
    const pending: Promise<StepResult>[] = [];

    const fetchStep = async (step: number): Promise<StepDraw> => draw(step, await this.options.batches(step));
    // Fetched while the step before it runs; if that one fails, nobody awaits it.
    const prepare = (step: number): Promise<StepDraw> => observed(fetchStep(step));
    const report = async (): Promise<void> => {
      const statistics = window.report(this.device.counters.liveBytes);
      await window.pause(() => emit({ type: 'step', ...statistics }));
    };
    /** Takes in results until at most `left` steps are unread. */
    const collect = async (left: number): Promise<void> => {
      while (pending.length > left) {
        const result = await pending.shift()!;
        checkFinite(result);
        window.add(result);
        const due = window.length >= (tick.steps ?? Infinity) || window.elapsed >= (tick.seconds ?? Infinity) * 1000;
        if (due) await report();
      }
    };

    let next = this.done < config.steps ? prepare(this.done) : undefined;
    while (next && this.done < config.steps && !signal?.aborted) {
      const ready = await next;
      const step = this.done;
      next = step + 1 < config.steps ? prepare(step + 1) : undefined;
      const { result } = await this.engine.submit(step, ready);
      pending.push(result);
      this.done = step + 1;
      await collect(READ_BEHIND);
      const gridDue = gridEvery > 0 && this.done % gridEvery === 0;
      const checkpointDue = this.done % checkpointEvery === 0;
      if (gridDue || checkpointDue) await collect(0);
      if (checkpointDue) await window.pause(() => this.checkpoint(emit));
      if (gridDue) await window.pause(() => emit({ type: 'grid', step: this.done }));
    }
    await collect(0);
    if (window.length > 0) await report();
    await this.checkpoint(emit);
    const type = this.done < config.steps ? 'interrupted' : 'done';
    await emit({ type, step: this.done });
    return type;
  }

  /** Keeps the state, in storage and for a lost device, where there is use for it and it is not kept yet. */
  private async checkpoint(emit: TrainEventHandler): Promise<void> {
    const { denoiser, keep = 3, metadata, openDevice, storage } = this.options;
    if (this.lastCheckpoint === this.done || !(storage || openDevice)) return;
    const state = await this.capture();
    this.lastCheckpoint = state.step;
    if (openDevice) this.snapshot = state;
    if (!storage) return;
    const name = checkpointName(state.step);
    const bytes = await encodeCheckpoint(state, denoiser.layout, metadata);
    await storage.writeAtomic(name, bytes);
    await pruneCheckpoints(storage, state.step, keep);
    await emit({ type: 'checkpoint', step: state.step, name, bytes: bytes.length });
  }

  private async capture(): Promise<TrainState> {
    const [params, firstMoment, secondMoment, ema] = await Promise.all([
      this.read('params'),
      this.read('firstMoment'),
      this.read('secondMoment'),
      this.read('ema'),
    ]);
    return { step: this.done, config: this.options.config, vectors: { params, firstMoment, secondMoment, ema } };
  }

  /** @throws the loss itself when it was meant, cannot be mended or came too often */
  private async reopen(loss: DeviceLostError, emit: TrainEventHandler): Promise<void> {
    const { maxDeviceLosses = 3, openDevice } = this.options;
    this.losses += 1;
    if (loss.reason === 'destroyed' || !openDevice || !this.snapshot || this.losses > maxDeviceLosses) throw loss;
    this.engine.destroy();
    this.engine = await TrainEngine.open(await openDevice(), this.options);
    this.engine.write(this.snapshot.vectors);
    this.done = this.snapshot.step;
    await emit({ type: 'deviceLost', step: this.done, message: loss.message });
  }
}

async function startingPoint(options: TrainerOptions, warnings: string[]): Promise<TrainState | undefined> {
  const { config, denoiser, resume = 'auto', storage } = options;
  if (resume === 'none') {
    const [newest] = storage ? await listCheckpoints(storage) : [];
    if (!newest) return undefined;
    throw new CheckpointError(`a new run, but the storage holds ${newest.name}; resume it or choose an empty storage`);
  }
  if (resume !== 'auto') return withConfig(resume, config, warnings);
  const found = storage && (await latestCheckpoint(storage, denoiser.layout, (message) => warnings.push(message)));
  return found && withConfig(found, config, warnings);
}

/** A stored state under the configuration of the run that goes on, which may differ. */
function withConfig(state: TrainState, config: TrainConfig, warnings: string[]): TrainState {
  const names = Object.keys(config) as (keyof TrainConfig)[];
  const changed = names.filter((name) => canonicalJson(state.config[name]) !== canonicalJson(config[name]));
  if (changed.length > 0) {
    warnings.push(`resuming at step ${state.step} with other values of ${changed.map((n) => `train.${n}`).join(', ')}`);
  }
  return { ...state, config };
}

/** Fresh weights, zero moments, and an average that starts as a copy of the weights. */
function initialState({ config, denoiser }: TrainerOptions): TrainState {
  const params = denoiser.initialize(config.seed);
  const zeros = (): Float32Array<ArrayBuffer> => new Float32Array(params.length);
  return {
    step: 0,
    config,
    vectors: { params, firstMoment: zeros(), secondMoment: zeros(), ema: params.slice() },
  };
}

function checkFinite({ gradientNorm, losses, step }: StepResult): void {
  const loss = Array.from(losses).find((value) => !Number.isFinite(value));
  if (loss === undefined && Number.isFinite(gradientNorm)) return;
  const what = loss === undefined ? `gradient norm is ${gradientNorm}` : `loss is ${loss}`;
  throw new TrainingError(`step ${step}: the ${what}; a lower learning rate or a gradient clip may help`);
}
