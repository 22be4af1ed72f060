import { add, permute, reshape, scope, type Tensor } from '@noisesmith/tensor';
import { type RinConfig, tapeTokens } from './config';
import { varianceScaling } from './initializers';
import { dense, norm } from './layers';
import { linearParameters, normParameters, type ParameterSpec } from './parameters';
import { positionParameters, tapePositions } from './positions';
import type { Weights } from './weights';

export function stemParameters(config: RinConfig): ParameterSpec[] {
  const { patch, channels, tapeDim, tapePos } = config;
  const area = patch * patch;
  return [
    // A strided convolution in the official code: its fan-out counts the patch area too.
    ...linearParameters('stem', area * channels, tapeDim, varianceScaling(area * channels, area * tapeDim)),
    ...normParameters('stem.ln', tapeDim),
    ...positionParameters('tape_pos', tapePos, tapeTokens(config), tapeDim),
  ];
}

/** Image [batch, h, w, c] → tape [batch, tokens, tapeDim]: patches, a linear layer, a norm, then the positions. */
export const stem = (w: Weights, config: RinConfig, x: Tensor): Tensor =>
  scope('stem', () => {
    const tokens = norm(w.at('stem.ln'), dense(w.at('stem'), patchify(x, config.patch)));
    return add(tokens, tapePositions(w, config));
  });

/** [batch, h, w, c] → [batch, patches, patch·patch·c], patches row by row, each flattened as (row, column, channel). */
function patchify(x: Tensor, patch: number): Tensor {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const [rows, columns] = [h / patch, w / patch];
  const blocks = permute(reshape(x, [b, rows, patch, columns, patch, c]), [0, 1, 3, 2, 4, 5]);
  return reshape(blocks, [b, rows * columns, patch * patch * c]);
}
