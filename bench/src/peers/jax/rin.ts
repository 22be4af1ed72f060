import { nn, numpy as np, tree } from '@jax-js/jax';
import { imageSize, type ModelConfig } from '../../configs';
import type { Arrays } from './arrays';
import * as layers from './layers';

/** Another reference to a parameter; the record keeps its own. */
function get(parameters: Arrays, name: string): np.Array {
  const found = parameters[name];
  if (found === undefined) throw new Error(`parameter ${JSON.stringify(name)} is missing`);
  return found.ref;
}

// The layers below consume the arrays that pass through them and leave `parameters` alone.

/** x [..., in] -> [..., out] */
const linear = (x: np.Array, parameters: Arrays, name: string): np.Array =>
  np.matmul(x, get(parameters, `${name}.weight`)).add(get(parameters, `${name}.bias`));

const layerNorm = (x: np.Array, parameters: Arrays, name: string): np.Array =>
  layers.layerNorm(x, get(parameters, `${name}.gamma`), get(parameters, `${name}.beta`));

/** Pre-norm residual MLP. */
function mlp(x: np.Array, parameters: Arrays, name: string): np.Array {
  const hidden = layers.gelu(linear(layerNorm(x.ref, parameters, `${name}.ln`), parameters, `${name}.fc1`));
  return x.add(linear(hidden, parameters, `${name}.fc2`));
}

/** Multi-head attention of queries [B, Nq, Dq] on un-normalised keys and values [B, Nk, Dk]; no residual. */
function attention(queries: np.Array, keys: np.Array, parameters: Arrays, name: string, heads: number): np.Array {
  const [batch, tokens] = queries.shape as [number, number, number];
  const split = (source: np.Array, projection: string): np.Array => {
    const count = source.shape[1]!;
    return linear(source, parameters, `${name}.${projection}`).reshape([batch, count, heads, -1]);
  };
  const q = split(queries, 'q');
  const k = split(keys.ref, 'k');
  const v = split(keys, 'v');
  return linear(layers.attention(q, k, v).reshape([batch, tokens, -1]), parameters, `${name}.o`);
}

/** gamma [B] -> the time token [B, 1, latentDim]: standardised sinusoids of scaled gamma through a two-layer MLP. */
function timeToken(gamma: np.Array, parameters: Arrays, config: ModelConfig): np.Array {
  const dim = config.latent_dim / 4;
  const frequencies = Array.from({ length: dim / 2 }, (_, k) => config.time_scale * 10000 ** ((-2 * k) / dim));
  const angles = gamma.reshape([-1, 1]).mul(np.array(frequencies));
  const features = np.concatenate([np.sin(angles.ref), np.cos(angles)], -1);
  const centred = features.ref.sub(features.mean(-1, { keepdims: true }));
  const deviation = np.sqrt(np.square(centred.ref).mean(-1, { keepdims: true }));
  const hidden = nn.silu(linear(centred.div(deviation), parameters, 'time.fc1'));
  return np.expandDims(linear(hidden, parameters, 'time.fc2'), 1);
}

/** [B, H, W, C] -> [B, tokens, P*P*C], tokens row by row, values as (row, column, channel). */
function patchify(x: np.Array, config: ModelConfig): np.Array {
  const { patch, channels } = config;
  const [height, width] = imageSize(config);
  const grid = x.reshape([-1, height / patch, patch, width / patch, patch, channels]);
  const tokens = (height / patch) * (width / patch);
  return grid.transpose([0, 1, 3, 2, 4, 5]).reshape([-1, tokens, patch * patch * channels]);
}

/** The inverse of {@link patchify}. */
function unpatchify(tokens: np.Array, config: ModelConfig): np.Array {
  const { patch, channels } = config;
  const [height, width] = imageSize(config);
  const grid = tokens.reshape([-1, height / patch, width / patch, patch, patch, channels]);
  return grid.transpose([0, 1, 3, 2, 4, 5]).reshape([-1, height, width, channels]);
}

/** x [B, H, W, C] over its standard deviation, per example. */
export function normalised(x: np.Array): np.Array {
  const axes = [1, 2, 3];
  const centred = x.ref.sub(x.ref.mean(axes, { keepdims: true }));
  return x.div(np.sqrt(np.square(centred).mean(axes, { keepdims: true })));
}

/** What a forward pass reads beside the parameters. */
export type ForwardInputs = {
  /** [B, H, W, C] network input */
  x: np.Array;
  /** [B] */
  gamma: np.Array;
  /** [B, classes], a zero row for a dropped label; absent when the network has no classes */
  onehot?: np.Array;
  /** [B, latents, latentDim], the latents of the pass before, or zeros */
  latents: np.Array;
};

/**
 * The RIN forward pass. Consumes parameters and inputs.
 * @returns the prediction [B, H, W, C] and the latents [B, latents, latentDim]
 */
export function forward(
  parameters: Arrays,
  config: ModelConfig,
  { x, gamma, onehot, latents: previous }: ForwardInputs,
): { prediction: np.Array; latents: np.Array } {
  const batch = x.shape[0]!;
  const learned = get(parameters, 'latents');
  const slots = np.broadcastTo(np.expandDims(learned, 0), [batch, learned.shape[0]!, config.latent_dim]);
  const tokens = [slots, timeToken(gamma, parameters, config)];
  if (onehot !== undefined) tokens.push(np.expandDims(linear(onehot, parameters, 'cond'), 1));
  const carried = layerNorm(mlp(previous, parameters, 'prev.mlp'), parameters, 'prev.ln');
  let latents = np.concatenate(tokens, 1).add(carried);
  let tape = layerNorm(linear(patchify(x, config), parameters, 'stem'), parameters, 'stem.ln').add(
    get(parameters, 'tape_pos'),
  );
  config.blocks.forEach((layers, i) => {
    const read = layerNorm(latents.ref, parameters, `b${i}.read.ln`);
    latents = latents.add(attention(read, tape.ref, parameters, `b${i}.read.attn`, config.rw_heads));
    latents = mlp(latents, parameters, `b${i}.read.mlp`);
    for (let j = 0; j < layers; j++) {
      const normed = layerNorm(latents.ref, parameters, `b${i}.l${j}.ln`);
      latents = latents.add(attention(normed.ref, normed, parameters, `b${i}.l${j}.attn`, config.heads));
      latents = mlp(latents, parameters, `b${i}.l${j}.mlp`);
    }
    const write = layerNorm(tape.ref, parameters, `b${i}.write.ln`);
    tape = tape.add(attention(write, latents.ref, parameters, `b${i}.write.attn`, config.rw_heads));
    tape = mlp(tape, parameters, `b${i}.write.mlp`);
  });
  const output = linear(layerNorm(tape, parameters, 'out.ln'), parameters, 'out');
  tree.dispose(parameters);
  return { prediction: unpatchify(output, config), latents };
}
