import { permute, reshape, scope, type Tensor } from '@noisesmith/tensor';
import type { RinConfig } from './config';
import { dense, norm } from './layers';
import { linearParameters, normParameters, type ParameterSpec } from './parameters';
import type { Weights } from './weights';

export const headParameters = ({ patch, channels, tapeDim }: RinConfig): ParameterSpec[] => [
  ...normParameters('out.ln', tapeDim),
  // Not zero-initialised: the first losses lie near 2.5, not at 1.
  ...linearParameters('out', tapeDim, patch * patch * channels),
];

/** Tape [batch, tokens, tapeDim] → image [batch, h, w, c]: a norm, a linear layer, patches put back in place. */
export const head = (w: Weights, config: RinConfig, tape: Tensor): Tensor =>
  scope('out', () => unpatchify(dense(w.at('out'), norm(w.at('out.ln'), tape)), config));

/** Inverse of `patchify`: [batch, patches, patch·patch·c] → [batch, h, w, c]. */
function unpatchify(tokens: Tensor, { image: [h, w], patch, channels }: RinConfig): Tensor {
  const b = tokens.shape[0]!;
  const blocks = reshape(tokens, [b, h / patch, w / patch, patch, patch, channels]);
  return reshape(permute(blocks, [0, 1, 3, 2, 4, 5]), [b, h, w, channels]);
}
