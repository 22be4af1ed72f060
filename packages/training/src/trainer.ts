import { type Backend, DeviceLostError, type Program, type Store } from '@noisesmith/tensor';
import { type StepDraw, stepDrawer, type TrainBatch } from './draw';
import { averageWarning } from './ema-decay';
import { type EngineOptions, TrainEngine } from './engine';
import { TrainingError } from './errors';
import type { TrainEvent, TrainEventHandler } from './events';
import { Keeper, type KeeperOptions } from './keeper';
import { observed } from './observed';
import { StatisticsWindow, type StepResult } from './statistics';
import type { TrainStateName } from './train-step';
import { saveWeights } from './weights';

/** Steps between submitting one and looking at its loss: enough that the device never waits for the host. */
const READ_BEHIND = 4;

export interface TrainerOptions extends EngineOptions, KeeperOptions {
  /** What computes: a device, or the oracle for a tiny network. */
  readonly backend: Backend;
  /** The whole batch of a step, counted from 0; a function of the step alone, so that runs can be resumed. */
  readonly batches: (step: number) => Promise<TrainBatch>;
  /** Steps between checkpoints. Default 1000; one is always written at the end and on interruption. */
  readonly checkpointEvery?: number;
  /** Steps between 'grid' events; 0 (default): none. */
  readonly gridEvery?: number;
  /** Steps between 'evaluate' events; 0 (default): none. */
  readonly evaluateEvery?: number;
  /** 'step' events come after so many steps or seconds, whichever is first. Default: every 2 seconds. */
  readonly tick?: { readonly steps?: number; readonly seconds?: number };
  /**
   * Opens a backend again after the first was lost; the run goes on from the last good checkpoint, which is in memory
   * where there is no storage. Absent, the loss ends the run with a DeviceLostError.
   */
  readonly openBackend?: () => Promise<Backend>;
  /** Losses after which the run gives up. Default 3. */
  readonly maxDeviceLosses?: number;
}

export interface TrainOptions {
  /** Ends the run after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: TrainEventHandler;
}

/** A result, and when it was there by the clock of the statistics. */
type TimedResult = readonly [result: StepResult, end: number];

/** Something that is not training's has failed: the data, or a handler of events. */
class OutsideError extends Error {
  constructor(readonly error: unknown) {
    super('outside of training');
  }
}

/** @throws OutsideError; a lost device, which a handler may be the first to meet, as it is */
async function outside<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DeviceLostError ? error : new OutsideError(error);
  }
}

/** Algorithm 2 as a run: steps, statistics, checkpoints. It draws nothing and opens no file; it emits events. */
export class Trainer {
  private losses = 0;
  /** Results that are not looked at yet, in order. */
  private pending: Promise<TimedResult>[] = [];
  /** The backend that this trainer has opened itself. */
  private opened: Backend | undefined;

  private constructor(
    private readonly options: TrainerOptions,
    private readonly keeper: Keeper,
    private engine: TrainEngine,
    /** Steps done. */
    private done: number,
    private readonly warnings: string[],
  ) {}

  /**
   * Compiles the step and puts the state of a new or resumed run on the backend.
   *
   * @throws CheckpointError when there are checkpoints but none fits; SettingError when the state to go on from has done
   * more steps than there are; LimitError, ShaderError
   */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const warnings: string[] = [];
    const average = averageWarning(options.config);
    if (average) warnings.push(average);
    const keeper = await Keeper.open(options, options.openBackend !== undefined, (line) => warnings.push(line));
    const engine: TrainEngine<Program> = await TrainEngine.open(options.backend, options);
    try {
      return new Trainer(options, keeper, engine, await keeper.restore(engine), warnings);
    } catch (error) {
      engine.destroy();
      throw error;
    }
  }

  /** Steps done. */
  get step(): number {
    return this.done;
  }

  /** What computes; another one after a loss. */
  get backend(): Backend {
    return this.engine.backend;
  }

  /** The state where it lies, by the names of `trainStateNames`, e.g. to draw from `ema`; another one after a loss. */
  get store(): Store {
    return this.engine.store;
  }

  /** Elements of a flat vector of the state, after the steps submitted so far; all [layout.size] unless told otherwise. */
  read(name: TrainStateName, from?: number, count?: number): Promise<Float32Array<ArrayBuffer>> {
    return this.engine.read(name, from, count);
  }

  /**
   * The moving average, or the weights themselves, as the parts of a safetensors file with one tensor per parameter;
   * `step` and the metadata are in it. To be taken before the next step.
   */
  weights(which: 'ema' | 'params' = 'ema'): AsyncIterable<Uint8Array<ArrayBuffer>> {
    const { denoiser, metadata } = this.options;
    const read = (from: number, count: number): Promise<Float32Array<ArrayBuffer>> => this.read(which, from, count);
    return saveWeights(denoiser.layout, read, { ...metadata, step: String(this.done) });
  }

  /**
   * Trains up to the configured number of steps; may be called again after an interruption. When the data or a handler of
   * events fails, the steps done are kept before that error is passed on.
   *
   * @returns why it ended
   * @throws TrainingError naming a step whose loss is no number, or whose update has left numbers that are none, and the
   * last good checkpoint (nothing is written then); DeviceLostError; what `batches` or `onEvent` throw
   */
  async train({ onEvent, signal }: TrainOptions = {}): Promise<'done' | 'interrupted'> {
    const emit = (event: TrainEvent): Promise<void> => outside(() => onEvent?.(event));
    let loss: DeviceLostError | undefined;
    for (;;) {
      try {
        if (loss) await this.reopen(loss, emit);
        loss = undefined;
        for (const message of this.warnings.splice(0)) await emit({ type: 'warning', message });
        return await this.run(emit, signal);
      } catch (error) {
        if (error instanceof OutsideError) {
          await this.rescue(emit);
          throw error.error;
        }
        if (!(error instanceof DeviceLostError) || loss === error) throw error;
        loss = error;
      }
    }
  }

  /** Frees what it has made; the backend that it was given is the caller's. */
  destroy(): void {
    this.engine.destroy();
    this.opened?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  private async run(emit: TrainEventHandler, signal?: AbortSignal): Promise<'done' | 'interrupted'> {
    const { config, denoiser, tick = { seconds: 2 } } = this.options;
    const { checkpointEvery = 1000, evaluateEvery = 0, gridEvery = 0 } = this.options;
    const isDue = (every: number): boolean => every > 0 && this.done > 0 && this.done % every === 0;
    const draw = stepDrawer(denoiser, config);
    const window = new StatisticsWindow(() => performance.now(), config.batch, config.steps);
    this.pending = [];

    // Fetched while the step before it runs; if that one fails, nobody awaits it.
    const prepare = (step: number): Promise<StepDraw> =>
      observed(outside(async () => draw(step, await this.options.batches(step))));
    const report = async (): Promise<void> => {
      await emit({ type: 'step', ...window.report(this.backend.liveBytes) });
    };
    /** Takes in results until at most `left` steps are unread. Reports are left out where one is to come for certain. */
    const collect = async (left: number, { silent = false } = {}): Promise<void> => {
      while (this.pending.length > left) {
        const [result, end] = await this.take();
        window.add(result, end);
        const due = window.length >= (tick.steps ?? Infinity) || window.elapsed >= (tick.seconds ?? Infinity) * 1000;
        if (due && !silent) await report();
      }
    };

    if (isDue(evaluateEvery)) await window.halt(() => emit({ type: 'evaluate', step: this.done, late: true }));
    let next = this.done < config.steps ? prepare(this.done) : undefined;
    while (next && this.done < config.steps && !signal?.aborted) {
      const ready = await next;
      const step = this.done;
      next = step + 1 < config.steps ? prepare(step + 1) : undefined;
      const { result } = await this.engine.submit(step, ready);
      this.pending.push(observed(result.then((value): TimedResult => [value, window.clock()])));
      this.done = step + 1;
      await collect(READ_BEHIND);
      const [gridDue, checkpointDue] = [isDue(gridEvery), isDue(checkpointEvery)];
      if (isDue(evaluateEvery)) {
        await collect(0, { silent: true });
        await window.halt(() => emit({ type: 'evaluate', step: this.done, late: false }));
        await report();
      }
      if (gridDue || checkpointDue) await collect(0);
      if (checkpointDue) await window.halt(() => this.checkpoint(emit));
      if (gridDue) await window.halt(() => emit({ type: 'grid', step: this.done }));
    }
    await collect(0);
    if (window.length > 0) await report();
    const type = this.done < config.steps ? 'interrupted' : 'done';
    await this.checkpoint(emit, type);
    await emit({ type, step: this.done });
    return type;
  }

  /** The next result. @throws TrainingError when it is not finite */
  private async take(): Promise<TimedResult> {
    const timed = await this.pending.shift()!;
    const [{ step, gradientNorm, losses }] = timed;
    const loss = Array.from(losses).find((value) => !Number.isFinite(value));
    if (loss === undefined && Number.isFinite(gradientNorm)) {
      await this.keeper.prove(step);
      return timed;
    }
    const what = loss === undefined ? `gradient norm is ${gradientNorm}` : `loss is ${loss}`;
    const inData = await this.hasBadImages(step);
    if (!inData) await this.keeper.condemn(step);
    throw this.blownUp(`step ${step}: the ${what}`, inData);
  }

  private async hasBadImages(step: number): Promise<boolean> {
    try {
      const { images } = await this.options.batches(step);
      return images.some((value) => !Number.isFinite(value));
    } catch {
      // The loss that is no number is what there is to tell.
      return false;
    }
  }

  private blownUp(what: string, inData = false): TrainingError {
    const mend = inData ? 'values of its images are no numbers' : 'a lower learning rate or a gradient clip may help';
    return new TrainingError(`${what}; ${mend}; ${this.keeper.lastGood}`);
  }

  /** Keeps the state, where there is use for it and it is not kept yet. @throws TrainingError when it is no good */
  private async checkpoint(emit: TrainEventHandler, end?: 'done' | 'interrupted'): Promise<void> {
    try {
      const kept = end
        ? await this.keeper.keepLast(this.engine, this.done, end === 'done')
        : await this.keeper.keep(this.engine, this.done);
      if (kept) await emit({ type: 'checkpoint', ...kept });
    } catch (error) {
      throw error instanceof TrainingError ? this.blownUp(error.message) : error;
    }
  }

  /** Keeps the steps done, if they are any good, when something outside ends the run. */
  private async rescue(emit: TrainEventHandler): Promise<void> {
    try {
      while (this.pending.length > 0) await this.take();
      await this.checkpoint(emit);
    } catch {
      // What ended the run is told, whatever else fails after it.
    }
  }

  /** @throws the loss itself when it was meant, cannot be mended or came too often */
  private async reopen(loss: DeviceLostError, emit: TrainEventHandler): Promise<void> {
    const { maxDeviceLosses = 3, openBackend } = this.options;
    this.losses += 1;
    if (loss.reason === 'destroyed' || !openBackend || this.losses > maxDeviceLosses) throw loss;
    this.pending = [];
    this.engine.destroy();
    this.opened?.destroy();
    this.opened = await openBackend();
    this.engine = await TrainEngine.open(this.opened, this.options);
    this.done = await this.keeper.restore(this.engine);
    await emit({ type: 'deviceLost', step: this.done, message: loss.message });
  }
}
