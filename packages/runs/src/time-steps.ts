import type { Denoiser } from '@noisesmith/diffusion';
import type { Backend, Program, TuningTable } from '@noisesmith/tensor';
import { stepDrawer, type TrainBatch, type TrainConfig, TrainEngine, TrainingError } from '@noisesmith/training';

/** Steps between the first and those that are timed: drivers go on compiling, and staging buffers are made. */
const WARM_UP = 2;

/** Milliseconds of training steps, each from the upload of its batch to its loss being read. */
export interface StepTimes {
  /** Compiling and the weights' way to the backend included. */
  readonly firstMs: number;
  /** Of warm steps, in order. */
  readonly all: readonly number[];
}

/** The step of a run as `train` runs it, and how long it takes. */
export interface TimedStep<P extends Program = Program> {
  readonly engine: TrainEngine<P>;
  readonly times: StepTimes;
}

/** Images of values spread evenly over [0, 1), with every class in turn. */
export function syntheticBatch({ classes, imageShape }: Denoiser, batch: number): TrainBatch {
  const golden = (Math.sqrt(5) - 1) / 2;
  const pixels = imageShape.reduce((product, n) => product * n, batch);
  return {
    images: Float32Array.from({ length: pixels }, (_, i) => (i * golden) % 1),
    ...(classes > 0 && { labels: Int32Array.from({ length: batch }, (_, i) => i % classes) }),
  };
}

export interface TimingOptions {
  readonly denoiser: Denoiser;
  readonly config: TrainConfig;
  readonly tuning: TuningTable;
  /** Warm steps to time. */
  readonly repeats: number;
  /** Told of kernels that are ready, then of steps that are done. */
  readonly onProgress?: (what: 'compiling kernels' | 'step', done: number, total: number) => void;
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Compiles the training step and times it; the caller destroys the engine.
 * @throws TrainingError when a loss is no number; the signal's reason
 */
export async function timeSteps<P extends Program>(
  backend: Backend<P>,
  { config, denoiser, onProgress, repeats, signal, tuning }: TimingOptions,
): Promise<TimedStep<P>> {
  const batch = syntheticBatch(denoiser, config.batch);
  const draw = stepDrawer(denoiser, config);
  const start = performance.now();
  const onCompile = (ready: number, total: number): void => {
    signal?.throwIfAborted();
    onProgress?.('compiling kernels', ready, total);
  };
  const engine = await TrainEngine.open(backend, { denoiser, config, tuning, onCompile });
  try {
    await engine.initialize();
    const take = async (step: number, since?: number): Promise<number> => {
      const ready = draw(step, batch);
      const begin = since ?? performance.now();
      const { losses } = await (await engine.submit(step, ready)).result;
      const ms = performance.now() - begin;
      if (!Array.from(losses).every(Number.isFinite)) throw new TrainingError(`step ${step}: the loss is no number`);
      return ms;
    };
    const firstMs = await take(0, start);
    const all: number[] = [];
    for (let step = 1; step <= WARM_UP + repeats; step++) {
      signal?.throwIfAborted();
      onProgress?.('step', step, WARM_UP + repeats);
      const ms = await take(step);
      if (step > WARM_UP) all.push(ms);
    }
    return { engine, times: { firstMs, all } };
  } catch (error) {
    engine.destroy();
    throw error;
  }
}
