import type { Denoiser } from '@noisesmith/diffusion';
import type { Backend, Program, Store, TuningTable } from '@noisesmith/tensor';
import type { TrainConfig } from './config';
import { partOf, type StepDraw } from './draw';
import { observed } from './observed';
import type { StepResult } from './statistics';
import { trainPrograms } from './train-programs';
import { stepScalars, type TrainStateName, trainState, trainStateNames } from './train-step';
import { PIECE } from './vector';

/** One compiled program of a step. */
interface StepPart<P extends Program> {
  readonly program: P;
  /** How often a step runs it. */
  readonly runs: number;
}

export interface EngineOptions {
  readonly denoiser: Denoiser;
  readonly config: TrainConfig;
  /** Kernels chosen by `tune` of `@noisesmith/tensor`; without it those that come with the engine. */
  readonly tuning?: TuningTable;
  /** Told while kernels compile. */
  readonly onCompile?: (ready: number, total: number) => void;
}

/** The compiled step and its state on one backend. */
export class TrainEngine<P extends Program = Program> implements Disposable {
  private constructor(
    readonly backend: Backend<P>,
    private readonly denoiser: Denoiser,
    private readonly config: TrainConfig,
    /** Flat vectors, by the names of `trainStateNames`. */
    readonly store: Store,
    /** The programs of a step, in order. */
    readonly parts: readonly StepPart<P>[],
  ) {}

  static async open<P extends Program>(
    backend: Backend<P>,
    { config, denoiser, onCompile, tuning }: EngineOptions,
  ): Promise<TrainEngine<P>> {
    const store = backend.openStore(trainState(denoiser, config));
    const parts: StepPart<P>[] = [];
    const { storage } = config;
    const options = { store, storage, ...(onCompile && { onProgress: onCompile }), ...(tuning && { tuning }) };
    const engine = new TrainEngine(backend, denoiser, config, store, parts);
    try {
      for (const { graph, label, runs } of trainPrograms(denoiser, config)) {
        parts.push({ program: await backend.compile(graph, { ...options, label }), runs });
      }
    } catch (error) {
      engine.destroy();
      throw error;
    }
    return engine;
  }

  /** Fresh weights by the seed, zero moments, and an average that starts as a copy of the weights. */
  async initialize(): Promise<void> {
    const { config, denoiser } = this;
    const { segments, size } = denoiser.layout;
    const zeros = new Float32Array(Math.min(PIECE, size));
    for (const name of trainStateNames) {
      for (let from = 0; from < size; from += PIECE) await this.load(name, zeros.subarray(0, size - from), from);
    }
    for (const { name, offset } of segments) {
      const values = denoiser.initialize(name, config.seed);
      await this.load('params', values, offset);
      await this.load('ema', values, offset);
    }
  }

  /** Sets elements of a flat vector from `from` on. */
  async load(name: TrainStateName, values: Float32Array<ArrayBuffer>, from: number): Promise<void> {
    await this.store.load(name, values, from);
  }

  /** `count` elements of a flat vector from `from` on, after the steps submitted so far; all of them unless given. */
  async read(name: TrainStateName, from?: number, count?: number): Promise<Float32Array<ArrayBuffer>> {
    return (await this.store.read(name, from, count)) as Float32Array<ArrayBuffer>;
  }

  /**
   * Submits one step and resolves when the next may be submitted. `result` arrives when the device is done; whoever
   * awaits it sees the device's errors.
   */
  async submit(step: number, draw: StepDraw): Promise<{ result: Promise<StepResult> }> {
    const { accumulation } = this.config;
    const part = this.parts[0]!.program;
    const end = this.parts.at(-1)!.program;
    const scalars = stepScalars(this.config, step);
    const losses: Promise<ArrayLike<number>>[] = [];
    for (let i = 0; i < accumulation; i++) {
      const keep = { keepGradient: i === 0 ? 0 : 1 };
      await part.run(partOf(draw.inputs, i, accumulation), part === end ? scalars : keep);
      losses.push(observed(part.read('lossPerExample')));
    }
    if (end !== part) await end.run({}, scalars);
    const gradientNorm = observed(end.read('gradientNorm'));
    const gather = async (): Promise<StepResult> => ({
      step,
      learningRate: scalars.learningRate,
      times: draw.times,
      logSnrs: draw.logSnr,
      losses: (await Promise.all(losses)).flatMap((values) => Array.from(values)),
      gradientNorm: (await gradientNorm)[0]!,
    });
    return { result: observed(gather()) };
  }

  destroy(): void {
    for (const { program } of this.parts) program.destroy();
    this.store.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
