import * as tf from '@tensorflow/tfjs-core';
import { layerNormEpsilon } from '../../ops';

/** Over the last axis of x; gamma and beta [width]. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const standardised = tf.mul(centred, tf.rsqrt(tf.add(variance, layerNormEpsilon)));
  return tf.add(tf.mul(standardised, gamma), beta);
}

/** softmax(q·kᵀ/√headSize)·v; q [batch, heads, queries, headSize], k and v [batch, heads, keys, headSize]. */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const logits = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[3]!));
  return tf.matMul(tf.softmax(logits), v);
}
