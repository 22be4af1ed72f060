import { add, mul, reshape, sub, type Tensor, type TensorLike } from '@noisesmith/tensor';

/** Numbers of one value per example [batch] as [batch, 1, ...], to meet tensors of `rank` axes. */
export const perExample = (values: Tensor, rank: number): Tensor =>
  reshape(values, [values.size, ...new Array<number>(rank - 1).fill(1)]);

/** x0 = (2·image − 1)·b: pixels of [0, 1] to [−b, b] (paper Algorithm 2). Shape of `image`. */
export const scaleImage = (image: Tensor, inputScale: number): Tensor => mul(sub(mul(image, 2), 1), inputScale);

/** x0/(2b) + 1/2: from [−b, b] back to pixels of [0, 1]. The paper's Algorithm 3 leaves this step out. */
export const unscaleImage = (x0: Tensor, inputScale: number): Tensor => add(mul(x0, 0.5 / inputScale), 0.5);

/**
 * x_t = alpha·x0 + sigma·epsilon, with alpha = √gamma and sigma = √(1 − gamma) computed on the host in double precision.
 * @param alpha one number, or a tensor that broadcasts to the shape of x0 (see {@link perExample})
 * @param sigma the same
 */
export const addNoise = (x0: Tensor, epsilon: Tensor, alpha: TensorLike, sigma: TensorLike): Tensor =>
  add(mul(x0, alpha), mul(epsilon, sigma));
