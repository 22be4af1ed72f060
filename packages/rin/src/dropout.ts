import { cast, less, mul, randomUniform, type Tensor } from '@noisesmith/tensor';
import type { RinConfig } from './config';
import { keepAll } from './layers';

type Drop = (x: Tensor) => Tensor;

/** Masks of one compute layer. */
export interface LayerDropout {
  readonly units: Drop;
  /** For the attention branch and for the MLP branch. */
  readonly attentionPath: Drop;
  readonly mlpPath: Drop;
}

const none: LayerDropout = { units: keepAll, attentionPath: keepAll, mlpPath: keepAll };
const MASKS_PER_LAYER = 3;

/**
 * Dropout of hidden units and of whole branches (stochastic depth, per example), for compute layers only; what is kept is
 * divided by the keep rate. Each mask has a random stream of its own, so layers drop independently.
 * @param keys u32 [batch, 2]; absent: nothing is dropped
 * @returns a function from the layer's number, counted over all blocks, to its masks
 */
export function computeDropout(config: RinConfig, keys: Tensor | undefined): (layer: number) => LayerDropout {
  if (!keys) return () => none;
  const drop = (rate: number, stream: number, whole: boolean): Drop => {
    if (rate === 0) return keepAll;
    return (x) => {
      const rest = x.shape.slice(1).map((n) => (whole ? 1 : n));
      return mul(x, mul(cast(less(randomUniform(keys, rest, stream), 1 - rate), 'f32'), 1 / (1 - rate)));
    };
  };
  return (layer) => ({
    units: drop(config.dropUnits, MASKS_PER_LAYER * layer, false),
    attentionPath: drop(config.dropPath, MASKS_PER_LAYER * layer + 1, true),
    mlpPath: drop(config.dropPath, MASKS_PER_LAYER * layer + 2, true),
  });
}
