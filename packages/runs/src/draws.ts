import type { Denoiser } from '@noisesmith/diffusion';
import type { SampleRequest, SamplingOptions, SamplingSession } from '@noisesmith/samplers';
import type { RunConfig } from './config';
import { type Images, toBytes } from './grid';

/** Seed and label of each sample. */
export interface Draw {
  readonly seeds: readonly number[];
  /** null: without a label. */
  readonly labels: readonly (number | null)[];
}

/**
 * The label of a seed where all of `labels` are asked for in turn. It follows from the seed, so that a sample stays the
 * same in any set of seeds.
 */
export const labelOfSeed = (labels: readonly (number | null)[], seed: number): number | null =>
  labels[seed % labels.length] ?? null;

/** Every class in turn; one draw without a label for a network without classes. */
export const allLabels = (classes: number): readonly (number | null)[] =>
  classes === 0 ? [null] : Array.from({ length: classes }, (_, k) => k);

export function drawOf(seeds: readonly number[], labels: readonly (number | null)[]): Draw {
  return { seeds, labels: seeds.map((seed) => labelOfSeed(labels, seed)) };
}

/** Seeds 0, 1, 2, ... with every class in turn, `perClass` of each. */
export const fixedDraw = (classes: number, perClass: number): Draw =>
  drawOf(
    Array.from({ length: Math.max(1, classes) * perClass }, (_, i) => i),
    allLabels(classes),
  );

const SMALL_IMAGE = 32 * 32;

/** Samples that run together. It depends on the network alone, so that one seed gives the same bits in any request. */
export const samplingBatch = ([height, width]: readonly [number, number, number]): number =>
  height * width <= SMALL_IMAGE ? 16 : 4;

/** How a run samples. */
export const samplingOptions = ({ model, sampling, train }: RunConfig): SamplingOptions => ({
  steps: sampling.steps,
  sampler: sampling.sampler,
  schedule: sampling.schedule,
  guidance: sampling.guidance,
  inputScale: train.inputScale,
  predictionType: train.predictionType,
  normalize: train.normalize,
  batch: samplingBatch([model.image[0], model.image[1], model.channels]),
});

/** Samples of seeds and labels as bytes, in batches as they are drawn: memory does not grow with their number. */
export async function* drawBatches(
  session: SamplingSession,
  denoiser: Denoiser,
  weights: Float32Array | undefined,
  { labels, seeds }: Draw,
  more: Pick<SampleRequest, 'signal' | 'onStep'> = {},
): AsyncIterable<Images> {
  const request = { ...(weights && { weights }), seeds, ...(denoiser.classes > 0 && { labels }), ...more };
  const [height, width, channels] = denoiser.imageShape;
  for await (const { count, images } of session.batches(request)) {
    yield { count, height, width, channels, data: toBytes(images) };
  }
}

/**
 * Samples of seeds and labels as bytes.
 * @param weights left out where the session was opened over a store that holds them
 */
export async function drawImages(
  session: SamplingSession,
  denoiser: Denoiser,
  weights: Float32Array | undefined,
  draw: Draw,
  more: Pick<SampleRequest, 'signal' | 'onStep'> = {},
): Promise<Images> {
  const [height, width, channels] = denoiser.imageShape;
  const size = height * width * channels;
  const data = new Uint8Array(draw.seeds.length * size);
  let done = 0;
  for await (const batch of drawBatches(session, denoiser, weights, draw, more)) {
    data.set(batch.data, done * size);
    done += batch.count;
  }
  return { count: draw.seeds.length, height, width, channels, data };
}
