import { type Denoiser, randomPurpose } from '@noisesmith/diffusion';
import { alphaSigma, parseSchedule, shift } from '@noisesmith/schedules';
import { deriveKey, type TypedArray } from '@noisesmith/tensor';
import type { TrainConfig } from './config';
import { TrainingError } from './errors';

/** The images of one optimizer step, as a data set gives them. */
export interface TrainBatch {
  /** [batch, height, width, channels], nominally [0, 1]. */
  readonly images: Float32Array<ArrayBuffer>;
  /** [batch] class indices, −1 for none; not needed by a network without classes. */
  readonly labels?: ArrayLike<number>;
}

/** What one step feeds the network, for the whole batch. Every row is a function of (seed, step, example) alone. */
export interface StepDraw {
  /** t of each example. */
  readonly times: Float64Array;
  /** gamma(t) of each example. */
  readonly gamma: Float64Array;
  /** logSNR of each example, with the input scale in it. */
  readonly logSnr: Float64Array;
  /** Inputs of the compiled step by name; the first axis of each is the batch. */
  readonly inputs: Readonly<Record<string, TypedArray>>;
}

/** Uniform on (0, 1) with 52 bits, from the two words of a key that serves nothing else. */
const uniform = ([high, low]: readonly [number, number]): number =>
  ((high >>> 6) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 52;

/**
 * Draws the random part of training steps on the host: times (gamma and its roots in double precision), noise keys,
 * and masks as data, so that one compiled step serves all draws. Splitting a batch or resuming a run changes nothing.
 */
export function stepDrawer(denoiser: Denoiser, config: TrainConfig): (step: number, batch: TrainBatch) => StepDraw {
  const schedule = parseSchedule(config.schedule);
  const shifted = shift(schedule, config.inputScale);
  const { batch: count, labelDropout, seed, stratifyTime } = config;
  const { rate } = config.selfConditioning;

  return (step, batch) => {
    checkImages(denoiser, count, step, batch);
    const draw = (purpose: number, example: number): number => uniform(deriveKey(seed, purpose, step, example));
    const times = Float64Array.from({ length: count }, (_, i) => {
      const u = draw(randomPurpose.trainTime, i);
      return stratifyTime ? (i + u) / count : u;
    });
    const levels = Array.from(times, (t) => alphaSigma(schedule, t));
    const gamma = Float64Array.from(times, (t) => schedule.gamma(t));
    const logSnr = Float64Array.from(times, (t) => shifted.logSnr(t));
    const keys = (purpose: number): TypedArray =>
      Uint32Array.from(Array.from({ length: count }, (_, i) => deriveKey(seed, purpose, step, i)).flat());
    /** 1 with the given chance. */
    const mask = (purpose: number, chance: number): TypedArray =>
      Float32Array.from({ length: count }, (_, i) => (draw(purpose, i) < chance ? 1 : 0));

    const inputs: Record<string, TypedArray> = {
      image: batch.images,
      noiseKeys: keys(randomPurpose.trainNoise),
      alpha: Float32Array.from(levels, ({ alpha }) => alpha),
      sigma: Float32Array.from(levels, ({ sigma }) => sigma),
      timeFeatures: denoiser.timeFeatures.compute(gamma),
      dropoutKeysSecond: keys(randomPurpose.dropoutSecond),
    };
    if (rate > 0) {
      inputs.selfConditioningMask = mask(randomPurpose.selfConditioning, rate);
      inputs.dropoutKeysFirst = keys(randomPurpose.dropoutFirst);
    }
    if (denoiser.classes > 0) {
      inputs.labels = labelIndices(denoiser.classes, count, step, batch.labels);
      inputs.labelKeepSecond = mask(randomPurpose.labelDropoutSecond, 1 - labelDropout);
      if (rate > 0) {
        inputs.labelKeepFirst = mask(randomPurpose.labelDropoutFirst, 1 - labelDropout);
      }
    }
    return { times, gamma, logSnr, inputs };
  };
}

/** @throws TrainingError when a batch of `count` images has another size */
export function checkImages({ imageShape }: Denoiser, count: number, step: number, { images }: TrainBatch): void {
  const expected = imageShape.reduce((a, n) => a * n, count);
  if (images.length === expected) return;
  throw new TrainingError(
    `step ${step}: the batch has ${images.length} image values; expected ${expected} for [${[count, ...imageShape]}]`,
  );
}

/**
 * Labels as indices; none is an index past the last class, whose one-hot row is zero.
 * @throws TrainingError naming the example whose label is no class, or when there are not `count` labels
 */
export function labelIndices(classes: number, count: number, step: number, labels?: ArrayLike<number>): TypedArray {
  if (labels?.length !== count) {
    throw new TrainingError(`step ${step}: the batch has ${labels?.length ?? 0} labels; expected ${count}`);
  }
  return Uint32Array.from(labels, (label, i) => {
    if (label === -1) return classes;
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw new TrainingError(`step ${step}, example ${i}: label ${label}; expected -1 or a class below ${classes}`);
  });
}

/** Rows of part `index` of `parts` equal parts of a batch. */
export function partOf(inputs: StepDraw['inputs'], index: number, parts: number): Readonly<Record<string, TypedArray>> {
  if (parts === 1) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => {
      const size = data.length / parts;
      return [name, data.subarray(index * size, (index + 1) * size)];
    }),
  );
}
