import {
  addNoise,
  type Denoiser,
  denoisingLossPerExample,
  normalizeVariance,
  perExample,
  scaleImage,
} from '@noisesmith/diffusion';
import { fill, mean, mul, scope, stopGradient, type Tensor } from '@noisesmith/tensor';
import type { TrainConfig } from './config';

/** Tensors that the loss of a batch depends on, beside the parameters. */
export interface LossInputs {
  /** [batch, height, width, channels] in [0, 1] */
  readonly image: Tensor;
  /** Standard normal, shape of `image`. */
  readonly noise: Tensor;
  /** √gamma and √(1 − gamma) of each example, [batch]. */
  readonly alpha: Tensor;
  readonly sigma: Tensor;
  /** [batch, timeFeatures.width] */
  readonly timeFeatures: Tensor;
  /** One-hot labels [batch, classes] of the pass that is trained; absent when the network has no classes. */
  readonly classes?: Tensor;
  readonly dropoutKeys?: Tensor;
  /** The pass before, whose carry the trained pass is given. Absent: the carry is zero. */
  readonly first?: {
    /** [batch], 1 where an example is given the carry, else 0. */
    readonly mask: Tensor;
    /** Labels of the first pass, dropped by their own draw. */
    readonly classes?: Tensor;
    readonly dropoutKeys?: Tensor;
  };
}

export interface LossResult {
  /** Mean of `perExample`, []. */
  readonly loss: Tensor;
  /** [batch] */
  readonly perExample: Tensor;
  /** Output of the trained pass, shape of the image. */
  readonly prediction: Tensor;
  /** Carry of the first pass before its mask; absent without a first pass. */
  readonly firstCarry?: Tensor;
}

type Process = Pick<TrainConfig, 'inputScale' | 'normalize' | 'predictionType' | 'loss'> &
  Partial<Pick<TrainConfig, 'recompute'>>;

/**
 * The loss of Algorithm 2, with latent self-conditioning as the official code has it: both passes see the same noised
 * image; the first starts from a zero carry and passes no gradient; its carry is masked per example.
 */
export function trainingLoss(
  denoiser: Denoiser,
  parameters: Readonly<Record<string, Tensor>>,
  inputs: LossInputs,
  process: Process,
): LossResult {
  const { image, noise, first, timeFeatures } = inputs;
  const batch = image.shape[0]!;
  const at = { alpha: perExample(inputs.alpha, image.rank), sigma: perExample(inputs.sigma, image.rank) };
  const x0 = scaleImage(image, process.inputScale);
  const noised = addNoise(x0, noise, at.alpha, at.sigma);
  const x = process.normalize ? normalizeVariance(noised) : noised;
  const nothing = fill([batch, ...denoiser.carryShape], 0);

  const given = { x, timeFeatures };
  const firstCarry =
    first && scope('first', () => denoiser.apply(parameters, { ...given, ...optional(first), carry: nothing })).carry;
  const carry = first && firstCarry ? mul(stopGradient(firstCarry), perExample(first.mask, firstCarry.rank)) : nothing;
  const second = { ...given, ...optional(inputs), carry, ...(process.recompute && { recompute: true }) };
  const { prediction } = scope('second', () => denoiser.apply(parameters, second));

  const { inputScale, loss, predictionType } = process;
  const said = { prediction: predictionType, loss, output: prediction, x: noised };
  const losses = denoisingLossPerExample({ ...said, x0, epsilon: noise, at, inputScale });
  return { loss: mean(losses), perExample: losses, prediction, ...(firstCarry && { firstCarry }) };
}

const optional = ({ classes, dropoutKeys }: Pick<LossInputs, 'classes' | 'dropoutKeys'>) => ({
  ...(classes && { classes }),
  ...(dropoutKeys && { dropoutKeys }),
});
