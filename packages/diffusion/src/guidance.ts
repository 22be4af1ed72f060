import { add, mul, sub, type Tensor, type TensorLike } from '@noisesmith/tensor';

/**
 * Classifier-free guidance on the raw outputs: (1 + w)·conditional − w·unconditional. w = 0 is no guidance; the paper's
 * "guidance weight 3" is w = 3 here (a scale of 4 in the other convention). Ho & Salimans 2022.
 */
export const guide = (conditional: Tensor, unconditional: Tensor, guidance: TensorLike): Tensor =>
  add(conditional, mul(sub(conditional, unconditional), guidance));
