import type { Denoiser } from '@noisesmith/diffusion';
import type { TypedArray } from '@noisesmith/tensor';
import type { TrainConfig } from './config';
import { checkImages, labelIndices, type TrainBatch } from './draw';
import { TrainingError } from './errors';

/** A batch with all that a run would draw for it. */
export interface GivenBatch extends TrainBatch {
  /** Standard normal, shape of `images`. */
  readonly noise: Float32Array<ArrayBuffer>;
  /** gamma(t) of each example. */
  readonly gamma: ArrayLike<number>;
  /** 1 where an example is given the carry of the first pass, else 0; not needed without self-conditioning. */
  readonly selfConditioningMask?: Float32Array<ArrayBuffer>;
}

/** Labels of one-hot rows, as fixtures have them; −1 for a row of zeros. */
export const labelsOfOneHot = (onehot: Float32Array, classes: number): number[] =>
  Array.from({ length: onehot.length / classes }, (_, i) => onehot.subarray(i * classes, (i + 1) * classes).indexOf(1));

/**
 * Inputs of a step whose noise is given. Both passes see the same labels; no label is dropped but those that are −1, and
 * a network with dropout draws its masks from keys of 0.
 *
 * @throws TrainingError when images, noise or labels do not fit the network
 */
export function givenInputs(
  denoiser: Denoiser,
  { selfConditioning }: TrainConfig,
  step: number,
  { gamma, images, labels, noise, selfConditioningMask }: GivenBatch,
): Readonly<Record<string, TypedArray>> {
  const count = gamma.length;
  checkImages(denoiser, count, step, { images });
  if (noise.length !== images.length) {
    throw new TrainingError(
      `step ${step}: the noise has ${noise.length} values; expected ${images.length}, as the images`,
    );
  }
  const twoPasses = selfConditioning.rate > 0;
  const labelled = denoiser.classes > 0;
  const noKeys = new Uint32Array(2 * count);
  const kept = new Float32Array(count).fill(1);
  return {
    image: images,
    noise,
    alpha: Float32Array.from(gamma, (g) => Math.sqrt(g)),
    sigma: Float32Array.from(gamma, (g) => Math.sqrt(1 - g)),
    timeFeatures: denoiser.timeFeatures.compute(gamma),
    dropoutKeysSecond: noKeys,
    ...(twoPasses && { selfConditioningMask: selfConditioningMask ?? kept, dropoutKeysFirst: noKeys }),
    ...(labelled && { labels: labelIndices(denoiser.classes, count, step, labels), labelKeepSecond: kept }),
    ...(labelled && twoPasses && { labelKeepFirst: kept }),
  };
}
