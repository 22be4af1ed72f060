import { chooseTuning, describeTuning, type Model, type RunTuning, type TuningSource, toBytes } from '@noisesmith/runs';
import { openSampling, type SamplingOptions } from '@noisesmith/samplers';
import type { BackendChoice } from '@noisesmith/tensor';
import { warnOfUnusedGpu } from '../backend';
import type { Context } from '../context';
import { WorkError } from '../errors';
import type { Progress } from '../run/progress';
import type { SampleJob, SampleStore } from './store';

export interface DrawRequest {
  readonly store: SampleStore;
  readonly job: SampleJob;
  readonly model: Model;
  readonly options: SamplingOptions;
  /** What was asked to compute, and kernels that were asked for. */
  readonly prefer: BackendChoice;
  readonly tuning: TuningSource | undefined;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told how many more samples are kept. */
  readonly onKept: (count: number) => void;
}

export interface Drawn {
  /** Samples with a pixel that is no finite number. */
  readonly notFinite: number;
  readonly tuning: RunTuning;
  readonly backend: 'webgpu' | 'wasm';
}

/** Samples of a batch with a pixel that is no finite number. */
function countNotFinite(images: Float32Array, count: number): number {
  const size = images.length / count;
  const isBad = (sample: number): boolean =>
    images.subarray(sample * size, (sample + 1) * size).some((value) => !Number.isFinite(value));
  return Array.from({ length: count }, (_, sample) => isBad(sample)).filter(Boolean).length;
}

/**
 * Draws what a store misses, batch by batch.
 * @throws WorkError, before anything is kept, when none of the first samples has finite pixels; the reason of `signal`
 */
export async function drawMissing(request: DrawRequest, context: Context): Promise<Drawn> {
  const { job, model, onKept, options, progress, signal, store } = request;
  const { denoiser, weights } = model;
  const note = (line: string): void => progress.note(line);
  const opened = await context.openBackend(request.prefer);
  using backend = opened.backend;
  warnOfUnusedGpu(opened, request.prefer, context, note);
  const tables = context.openTuningStore((line) => note(`warning: ${line}`));
  const tuning = await chooseTuning(backend.target, request.tuning, tables);
  if (tuning.source === 'stored') note(describeTuning(tuning));
  progress.quiet('compiling the sampling step');
  using session = await openSampling(backend, denoiser, { ...options, tuning: tuning.table });
  const total = job.draw.seeds.length;
  const before = total - store.missing.length;
  const missing = <T>(list: readonly T[]): T[] => store.missing.map((index) => list[index]!);
  const batches = session.batches({
    weights,
    seeds: missing(job.draw.seeds),
    ...(denoiser.classes > 0 && { labels: missing(job.draw.labels) }),
    signal,
    onStep: ({ count, first, index, steps }) =>
      progress.count(`samples ${before + first + 1} to ${before + first + count} of ${total}, step`, index + 1, steps),
  });
  const [height, width, channels] = job.shape;
  let notFinite = 0;
  for await (const { count, first, images } of batches) {
    const bad = countNotFinite(images, count);
    if (bad === count && first === 0) {
      throw new WorkError('the samples are infinite or NaN, all of the first batch: these weights draw nothing');
    }
    notFinite += bad;
    const indices = store.missing.slice(first, first + count);
    await store.put(indices, { count, height, width, channels, data: toBytes(images) });
    onKept(count);
  }
  return { notFinite, tuning, backend: opened.kind };
}
