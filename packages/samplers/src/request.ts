import type { Denoiser } from '@noisesmith/diffusion';
import type { TimeStep } from './noise-level';
import type { Settings } from './settings';

export interface SampleRequest {
  /** Flat parameters [denoiser.layout.size]; not where the session was opened over a store that holds them. */
  readonly weights?: Float32Array;
  /** One sample per seed; a sample depends on its seed and label alone. Whole numbers from 0 to 2⁵³ − 1. */
  readonly seeds?: readonly number[];
  /** Class of each sample, null for none; without them, or with a network of no classes, no sample has one. */
  readonly labels?: readonly (number | null)[];
  /** With `givenNoise`, in place of seeds: `start` [n, h, w, c] and `noise` [steps, n, h, w, c]. */
  readonly given?: { readonly start: Float32Array; readonly noise?: Float32Array };
  /** Called after each step of each batch; what it returns is awaited. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  /** Aborting it makes the request reject with its reason before the next step. */
  readonly signal?: AbortSignal;
}

export interface StepProgress extends TimeStep {
  readonly steps: number;
  /** Samples of this batch: [first, first + count) of the request's. */
  readonly first: number;
  readonly count: number;
  /** After this step: pixels of the x0 estimate, x, or the carry, of the samples of this batch. */
  read(name: 'image' | 'x' | 'carry'): Promise<Float32Array>;
}

export const elementsOf = (shape: readonly number[]): number => shape.reduce((a, n) => a * n, 1);

/** Samples asked for. @throws RangeError when there are none */
export function sampleCount(denoiser: Denoiser, { seeds, given }: SampleRequest): number {
  const count = given ? given.start.length / elementsOf(denoiser.imageShape) : (seeds?.length ?? 0);
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(given ? `sampling: given.start has ${given.start.length} numbers` : 'sampling: no seeds');
  }
  return count;
}

/** What a session is, as far as a request has to fit it. */
export interface Served {
  readonly denoiser: Denoiser;
  readonly settings: Settings;
  /** Whether the session's store holds the weights. */
  readonly holdsWeights: boolean;
}

/** @throws RangeError, one line, when a request does not fit the session */
export function checkRequest({ denoiser, holdsWeights, settings }: Served, request: SampleRequest): void {
  const { given, labels, seeds, weights } = request;
  const { classes, layout } = denoiser;
  const count = sampleCount(denoiser, request);
  const fail = (problem: string): never => {
    throw new RangeError(`sampling: ${problem}`);
  };
  if (holdsWeights && weights) fail("'weights' were given, but the session was opened over a store that holds them");
  if (!holdsWeights && weights?.length !== layout.size) {
    fail(`weights have ${weights?.length ?? 0} elements, expected ${layout.size}`);
  }
  if ((given !== undefined) !== settings.givenNoise) {
    fail(
      settings.givenNoise
        ? "the session was opened for given noise; 'given' is missing"
        : "'given' needs a session opened with givenNoise",
    );
  }
  if (given && settings.sampler.stochastic) {
    const expected = settings.steps * given.start.length;
    if (given.noise?.length !== expected)
      fail(`given.noise has ${given.noise?.length ?? 0} numbers, expected ${expected}`);
  }
  const badSeed = given ? undefined : seeds?.find((seed) => !Number.isSafeInteger(seed) || seed < 0);
  if (badSeed !== undefined) fail(`seed ${badSeed} is not a whole number from 0 to 2^53 - 1`);
  if (!labels) return;
  if (labels.length !== count) fail(`${labels.length} labels for ${count} samples`);
  const badLabel = labels.find((k) => k !== null && !(Number.isInteger(k) && k >= 0 && k < classes));
  if (badLabel === undefined) return;
  fail(
    `label ${badLabel} ${classes > 0 ? `is not a class from 0 to ${classes - 1}` : 'for a network without classes'}`,
  );
}
