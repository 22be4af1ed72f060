import { type Denoiser, perExample } from '@noisesmith/diffusion';
import { add, div, layoutOf, mul, narrow, reshape, square, sub, sum } from '@noisesmith/tensor';

/** Means of the two classes, and of the mixture that a sample without a label is taken from (as one Gaussian). */
export const means = [-0.2, 0.3, 0.05];
export const deviation = 0.1;

/**
 * The exact denoiser of independent Gaussian pixels N(mean of the class, deviation²): at gamma the best estimate of the
 * noise is √(1 − gamma)·(x − √gamma·mean)/(gamma·deviation² + 1 − gamma). The carry of an example counts its passes.
 */
export const gaussian: Denoiser = {
  imageShape: [4, 4, 2],
  classes: 2,
  layout: layoutOf({ means: [3] }),
  carryShape: [1],
  timeFeatures: {
    width: 2,
    compute: (gamma) => Float32Array.from(Array.from(gamma).flatMap((g) => [Math.sqrt(g), Math.sqrt(1 - g)])),
  },
  initialize() {
    return Float32Array.from(means);
  },
  apply({ means }, { x, timeFeatures, classes, carry }) {
    const [alpha, sigma] = [0, 1].map((i) => perExample(narrow(timeFeatures, 1, i, 1), 4));
    const unlabelled = sub(1, sum(classes!, 1));
    const byClass = sum(mul(classes!, reshape(narrow(means!, 0, 0, 2), [1, 2])), 1);
    const mean = perExample(add(byClass, mul(unlabelled, narrow(means!, 0, 2, 1))), 4);
    const variance = add(mul(square(alpha!), deviation ** 2), square(sigma!));
    return {
      prediction: div(mul(sigma!, sub(x, mul(alpha!, mean))), variance),
      carry: add(carry, 1),
    };
  },
};
