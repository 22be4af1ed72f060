import type { DenoiserInput } from '@noisesmith/diffusion';
import { recompute, scope, type Tensor } from '@noisesmith/tensor';
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

type Parameters = Readonly<Record<string, Tensor>>;
type Build = (parameters: Parameters, streams: Streams) => Streams;

/** The streams that `build` makes, computed again for the gradient from the streams and the parameters it reads. */
function recomputed(build: Build, own: readonly string[], parameters: Parameters, given: Streams): Streams {
  const w = new Weights(parameters);
  const again = ([latents, tape, ...weights]: readonly Tensor[]): readonly Tensor[] => {
    const all = Object.fromEntries(own.map((name, i) => [name, weights[i]!]));
    const made = build(all, { latents: latents!, tape: tape! });
    return [made.latents, made.tape];
  };
  const weights = own.map((name) => w.tensor(name));
  const [latents, tape] = recompute((...xs) => again(xs), [given.latents, given.tape, ...weights]);
  return { latents: latents!, tape: tape! };
}

export interface RinOutput extends Streams {
  /** [batch, height, width, channels] */
  readonly prediction: Tensor;
}

/**
 * The whole network: prediction, and both streams after the last block. The latents are returned as they are, without a
 * final norm; they are the carry of the next pass. With `recompute` nothing inside a block is kept for the gradient but
 * the streams that enter it (Chen et al. 2016): one more forward pass, and the memory of one block in place of all.
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
    const name = `b${i}`;
    const masks = Array.from({ length: layers }, () => dropout(layer++));
    const build: Build = (all, given) => scope(name, () => block(new Weights(all).at(name), config, given, masks));
    const own = blockParameters(name, layers, config).map((parameter) => parameter.name);
    streams = input.recompute ? recomputed(build, own, parameters, streams) : build(parameters, streams);
  });
  return { prediction: head(w, config, streams.tape), ...streams };
}
