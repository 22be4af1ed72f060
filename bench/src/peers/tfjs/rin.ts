import * as tf from '@tensorflow/tfjs-core';
import { imageSize, type ModelConfig } from '../../configs';
import * as layers from './layers';

/** Parameters under the fixtures' names. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

function get(parameters: Parameters, name: string): tf.Tensor {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`parameter ${JSON.stringify(name)} is missing`);
  return found;
}

/** x [..., in] -> [..., out]. The fused product with bias is the fastest form this library has, forward and backward. */
function linear(x: tf.Tensor, parameters: Parameters, name: string): tf.Tensor {
  const weight = get(parameters, `${name}.weight`) as tf.Tensor2D;
  const bias = get(parameters, `${name}.bias`);
  const [inputs, outputs] = weight.shape;
  const rows = tf.fused.matMul({ a: tf.reshape(x, [-1, inputs]), b: weight, bias });
  return tf.reshape(rows, [...x.shape.slice(0, -1), outputs]);
}

const layerNorm = (x: tf.Tensor, parameters: Parameters, name: string): tf.Tensor =>
  layers.layerNorm(x, get(parameters, `${name}.gamma`), get(parameters, `${name}.beta`));

/** The exact GELU, with the error function. */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** Pre-norm residual MLP. */
function mlp(x: tf.Tensor, parameters: Parameters, name: string): tf.Tensor {
  const hidden = gelu(linear(layerNorm(x, parameters, `${name}.ln`), parameters, `${name}.fc1`));
  return tf.add(x, linear(hidden, parameters, `${name}.fc2`));
}

/** Multi-head attention of queries [B, Nq, Dq] on un-normalised keys and values [B, Nk, Dk]; no residual. */
function attention(queries: tf.Tensor, keys: tf.Tensor, parameters: Parameters, name: string, heads: number) {
  const batch = queries.shape[0]!;
  const inner = get(parameters, `${name}.q.weight`).shape[1]!;
  const headDim = inner / heads;
  const split = (source: tf.Tensor, projection: string) =>
    tf.transpose(
      tf.reshape(linear(source, parameters, `${name}.${projection}`), [batch, source.shape[1]!, heads, headDim]),
      [0, 2, 1, 3],
    );
  const mixed = layers.attention(split(queries, 'q'), split(keys, 'k'), split(keys, 'v'));
  const merged = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, queries.shape[1]!, inner]);
  return linear(merged, parameters, `${name}.o`);
}

/** gamma [B] -> the time token [B, 1, latentDim]: standardised sinusoids of scaled gamma through a two-layer MLP. */
function timeToken(gamma: tf.Tensor, parameters: Parameters, config: ModelConfig): tf.Tensor {
  const dim = config.latent_dim / 4;
  const frequencies = Array.from({ length: dim / 2 }, (_, k) => config.time_scale * 10000 ** ((-2 * k) / dim));
  const angles = tf.mul(tf.reshape(gamma, [-1, 1]), tf.tensor1d(frequencies));
  const features = tf.concat([tf.sin(angles), tf.cos(angles)], -1);
  const { mean, variance } = tf.moments(features, -1, true);
  const hidden = linear(tf.div(tf.sub(features, mean), tf.sqrt(variance)), parameters, 'time.fc1');
  return tf.expandDims(linear(tf.mul(hidden, tf.sigmoid(hidden)), parameters, 'time.fc2'), 1);
}

/** [B, H, W, C] -> [B, tokens, P*P*C], tokens row by row, values as (row, column, channel). */
function patchify(x: tf.Tensor, config: ModelConfig): tf.Tensor {
  const { patch, channels } = config;
  const [height, width] = imageSize(config);
  const grid = tf.reshape(x, [-1, height / patch, patch, width / patch, patch, channels]);
  const tokens = (height / patch) * (width / patch);
  return tf.reshape(tf.transpose(grid, [0, 1, 3, 2, 4, 5]), [-1, tokens, patch * patch * channels]);
}

/** The inverse of {@link patchify}. */
function unpatchify(tokens: tf.Tensor, config: ModelConfig): tf.Tensor {
  const { patch, channels } = config;
  const [height, width] = imageSize(config);
  const grid = tf.reshape(tokens, [-1, height / patch, width / patch, patch, patch, channels]);
  return tf.reshape(tf.transpose(grid, [0, 1, 3, 2, 4, 5]), [-1, height, width, channels]);
}

/**
 * The RIN forward pass.
 * @param x [B, H, W, C] network input
 * @param gamma [B]
 * @param onehot [B, classes], a zero row for a dropped label; not read when classes is 0
 * @param previous [B, latents, latentDim] latents of the pass before, or zeros
 * @returns the prediction [B, H, W, C] and the latents [B, latents, latentDim]
 */
export function forward(
  parameters: Parameters,
  config: ModelConfig,
  x: tf.Tensor,
  gamma: tf.Tensor,
  onehot: tf.Tensor,
  previous: tf.Tensor,
): { prediction: tf.Tensor; latents: tf.Tensor } {
  const batch = x.shape[0]!;
  const learned = get(parameters, 'latents');
  const slots = tf.broadcastTo(tf.expandDims(learned, 0), [batch, learned.shape[0]!, config.latent_dim]);
  const tokens = [slots, timeToken(gamma, parameters, config)];
  if (config.classes > 0) tokens.push(tf.expandDims(linear(onehot, parameters, 'cond'), 1));
  const carried = layerNorm(mlp(previous, parameters, 'prev.mlp'), parameters, 'prev.ln');
  let latents = tf.add(tf.concat(tokens, 1), carried);
  let tape = tf.add(
    layerNorm(linear(patchify(x, config), parameters, 'stem'), parameters, 'stem.ln'),
    get(parameters, 'tape_pos'),
  );
  config.blocks.forEach((layers, i) => {
    const read = layerNorm(latents, parameters, `b${i}.read.ln`);
    latents = tf.add(latents, attention(read, tape, parameters, `b${i}.read.attn`, config.rw_heads));
    latents = mlp(latents, parameters, `b${i}.read.mlp`);
    for (let j = 0; j < layers; j++) {
      const normed = layerNorm(latents, parameters, `b${i}.l${j}.ln`);
      latents = tf.add(latents, attention(normed, normed, parameters, `b${i}.l${j}.attn`, config.heads));
      latents = mlp(latents, parameters, `b${i}.l${j}.mlp`);
    }
    const write = layerNorm(tape, parameters, `b${i}.write.ln`);
    tape = tf.add(tape, attention(write, latents, parameters, `b${i}.write.attn`, config.rw_heads));
    tape = mlp(tape, parameters, `b${i}.write.mlp`);
  });
  const output = linear(layerNorm(tape, parameters, 'out.ln'), parameters, 'out');
  return { prediction: unpatchify(output, config), latents };
}
