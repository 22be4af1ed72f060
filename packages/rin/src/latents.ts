import { add, broadcastTo, concat, reshape, scope, type Tensor } from '@noisesmith/tensor';
import { learnedLatents, type RinConfig } from './config';
import { zeros } from './initializers';
import { dense, mlp, norm } from './layers';
import { linearParameters, mlpParameters, normParameters, type ParameterSpec } from './parameters';
import { latentPositions, positionParameters } from './positions';
import { timeEmbedding, timeParameters } from './time-embedding';
import type { Weights } from './weights';

export const latentParameters = (config: RinConfig): ParameterSpec[] => [
  ...positionParameters('latents', config.latentPos, learnedLatents(config), config.latentDim),
  ...timeParameters(config),
  ...(config.classes > 0 ? linearParameters('cond', config.classes, config.latentDim) : []),
  ...mlpParameters('prev.mlp', config.latentDim, config.latentMlp),
  // The carried latents count for nothing at first: this gamma has to grow from 0.
  ...normParameters('prev.ln', config.latentDim, zeros),
];

export interface LatentInputs {
  readonly timeFeatures: Tensor;
  readonly classes?: Tensor | undefined;
  readonly carry: Tensor;
}

/**
 * The latents before the first block, [batch, latents, latentDim]: learned slots, a time token, a class token (a dropped
 * label leaves its bias), and on all of them the projected latents of the previous pass. Zeros carried in still pass
 * through that projection.
 */
export const initialLatents = (w: Weights, config: RinConfig, input: LatentInputs): Tensor =>
  scope('latents', () => {
    const batch = input.carry.shape[0]!;
    const token = (x: Tensor): Tensor => reshape(x, [batch, 1, config.latentDim]);
    const slots = broadcastTo(latentPositions(w, config), [batch, learnedLatents(config), config.latentDim]);
    const time = token(timeEmbedding(w, input.timeFeatures));
    const label = input.classes ? [token(dense(w.at('cond'), input.classes))] : [];
    const latents = concat([slots, time, ...label], 1);
    return add(
      latents,
      scope('prev', () => norm(w.at('prev.ln'), mlp(w.at('prev.mlp'), input.carry))),
    );
  });
