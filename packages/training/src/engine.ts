import type { Denoiser } from '@noisesmith/diffusion';
import { compileGraph, type Device, type DeviceProgram, type Store, type TuningTable } from '@noisesmith/tensor';
import type { TrainState } from './checkpoint';
import type { TrainConfig } from './config';
import { partOf, type StepDraw } from './draw';
import { observed } from './observed';
import type { StepResult } from './statistics';
import { trainPrograms } from './train-programs';
import { stepScalars, type TrainStateName, trainState, trainStateNames } from './train-step';

/** One compiled program of a step. */
interface StepPart {
  readonly program: DeviceProgram;
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

/** The compiled step and its state on one device. */
export class TrainEngine implements Disposable {
  private constructor(
    readonly device: Device,
    private readonly config: TrainConfig,
    private readonly store: Store,
    /** The programs of a step, in order. */
    readonly parts: readonly StepPart[],
  ) {}

  static async open(device: Device, { config, denoiser, onCompile, tuning }: EngineOptions): Promise<TrainEngine> {
    const store = device.openStore(trainState(denoiser, config));
    const parts: StepPart[] = [];
    const { storage } = config;
    const options = { store, storage, ...(onCompile && { onProgress: onCompile }), ...(tuning && { tuning }) };
    const engine = new TrainEngine(device, config, store, parts);
    try {
      for (const { graph, label, runs } of trainPrograms(denoiser, config)) {
        parts.push({ program: await compileGraph(device, graph, { ...options, label }), runs });
      }
    } catch (error) {
      engine.destroy();
      throw error;
    }
    return engine;
  }

  write(vectors: TrainState['vectors']): void {
    for (const name of trainStateNames) this.store.write(name, vectors[name]);
  }

  async read(name: TrainStateName): Promise<Float32Array<ArrayBuffer>> {
    return (await this.store.read(name)) as Float32Array<ArrayBuffer>;
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
