import type { DenoiserInput } from '@noisesmith/diffusion';
import { scope, type Tensor } from '@noisesmith/tensor';
import { block, blockParameters, type Streams } from './block';
import type { RinConfig } from './config';
import { computeDropout } from './dropout';
import { head, headParameters } from './head';
import { initialLatents, latentParameters } from './latents';
import type { ParameterSpec } from './parameters';
import { stem, stemParameters } from './stem';
import { Weights } from './weights';

/** Every parameter of the network: name, shape and how it starts. The weights of blocks are not shared. */
export const rinParameters = (config: RinConfig): ParameterSpec[] => [
  ...stemParameters(config),
  ...latentParameters(config),
  ...config.blocks.flatMap((layers, i) => blockParameters(`b${i}`, layers, config)),
  ...headParameters(config),
];

/** Number of trainable numbers, as in Table 1. */
export const parameterCount = (config: RinConfig): number =>
  rinParameters(config).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);

export interface RinOutput extends Streams {
  /** [batch, height, width, channels] */
  readonly prediction: Tensor;
}

/**
 * The whole network: prediction, and both streams after the last block. The latents are returned as they are, without a
 * final norm; they are the carry of the next pass.
 * @throws RangeError when labels are missing for a network with classes, or given to one without
 */
export function rinForward(
  config: RinConfig,
  parameters: Readonly<Record<string, Tensor>>,
  input: DenoiserInput,
): RinOutput {
  if (config.classes > 0 !== (input.classes !== undefined)) {
    throw new RangeError(`RIN with ${config.classes} classes ${input.classes ? 'takes no' : 'needs'} labels`);
  }
  const w = new Weights(parameters);
  const dropout = computeDropout(config, input.dropoutKeys);
  let streams: Streams = { latents: initialLatents(w, config, input), tape: stem(w, config, input.x) };
  let layer = 0;
  config.blocks.forEach((layers, i) => {
    const masks = Array.from({ length: layers }, () => dropout(layer++));
    streams = scope(`b${i}`, () => block(w.at(`b${i}`), config, streams, masks));
  });
  return { prediction: head(w, config, streams.tape), ...streams };
}
