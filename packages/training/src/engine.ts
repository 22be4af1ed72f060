import type { Denoiser } from '@noisesmith/diffusion';
import {
  compileGraph,
  type Device,
  type DeviceCompileOptions,
  type DeviceProgram,
  type Graph,
  type Store,
  type TuningTable,
} from '@noisesmith/tensor';
import type { TrainState } from './checkpoint';
import type { TrainConfig } from './config';
import { partOf, type StepDraw } from './draw';
import { observed } from './observed';
import type { StepResult } from './statistics';
import {
  accumulateStep,
  applyStep,
  stepScalars,
  type TrainStateName,
  trainState,
  trainStateNames,
  trainStep,
} from './train-step';

interface Programs {
  /** Runs once per part of the batch; with one part it is the whole step. */
  readonly part: DeviceProgram;
  /** Ends a step of several parts. */
  readonly apply?: DeviceProgram;
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
    private readonly programs: Programs,
  ) {}

  static async open(device: Device, { config, denoiser, onCompile, tuning }: EngineOptions): Promise<TrainEngine> {
    const store = device.openStore(trainState(denoiser, config));
    try {
      const { storage } = config;
      const options = { store, storage, ...(onCompile && { onProgress: onCompile }), ...(tuning && { tuning }) };
      return new TrainEngine(device, config, store, await compilePrograms(device, denoiser, config, options));
    } catch (error) {
      store.destroy();
      throw error;
    }
  }

  /** The programs of a step in order, and how often a step runs each. */
  get parts(): readonly { readonly program: DeviceProgram; readonly runs: number }[] {
    const { part, apply } = this.programs;
    return [{ program: part, runs: this.config.accumulation }, ...(apply ? [{ program: apply, runs: 1 }] : [])];
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
    const { part, apply } = this.programs;
    const scalars = stepScalars(this.config, step);
    const losses: Promise<ArrayLike<number>>[] = [];
    for (let i = 0; i < accumulation; i++) {
      await part.run(partOf(draw.inputs, i, accumulation), apply ? { keepGradient: i === 0 ? 0 : 1 } : scalars);
      losses.push(observed(part.read('lossPerExample')));
    }
    if (apply) await apply.run({}, scalars);
    const gradientNorm = observed((apply ?? part).read('gradientNorm'));
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
    this.programs.part.destroy();
    this.programs.apply?.destroy();
    this.store.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

async function compilePrograms(
  device: Device,
  denoiser: Denoiser,
  config: TrainConfig,
  options: DeviceCompileOptions,
): Promise<Programs> {
  const make = (label: string, graph: Graph): Promise<DeviceProgram> =>
    compileGraph(device, graph, { ...options, label });
  if (config.accumulation === 1) return { part: await make('training step', trainStep(denoiser, config)) };
  return {
    part: await make('part of a training step', accumulateStep(denoiser, config)),
    apply: await make('end of a training step', applyStep(denoiser, config)),
  };
}
