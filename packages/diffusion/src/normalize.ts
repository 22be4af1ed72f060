import { div, sqrt, type Tensor, variance } from '@noisesmith/tensor';

/**
 * x divided by its standard deviation (population form) over everything but the first axis; the mean stays. It is for
 * the network's input only: the sampler and the conversions go on with x itself. The paper's printed factor
 * 1/((b² − 1)·gamma + 1) lacks the square root, and its Algorithm 3 steps with the normalised x; both are errors.
 * Paper section 2.2. Shape of x; a constant example has no defined result.
 */
export function normalizeVariance(x: Tensor): Tensor {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return div(x, sqrt(variance(x, axes, { keepDims: true })));
}
