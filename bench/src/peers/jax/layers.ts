import { lax, nn, numpy as np } from '@jax-js/jax';
import { layerNormEpsilon } from '../../ops';

/** Over the last axis of x; gamma and beta [width]. The variance takes a second pass, so that nothing cancels. */
export function layerNorm(x: np.Array, gamma: np.Array, beta: np.Array): np.Array {
  const mean = x.ref.mean(-1, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(layerNormEpsilon)))
    .mul(gamma)
    .add(beta);
}

/**
 * softmax(q·kᵀ/√headSize)·v; q [batch, queries, heads, headSize], k and v [batch, keys, heads, headSize]. The library's
 * own `nn.dotProductAttention` is the same computation, written with an `einsum` that needs a newer JavaScript than Node
 * 20's.
 */
export function attention(q: np.Array, k: np.Array, v: np.Array): np.Array {
  const scale = 1 / Math.sqrt(q.shape[3]!);
  const logits = np.matmul(q.transpose([0, 2, 1, 3]), k.transpose([0, 2, 3, 1])).mul(scale);
  return np.matmul(nn.softmax(logits, -1), v.transpose([0, 2, 1, 3])).transpose([0, 2, 1, 3]);
}

/** The exact GELU, with the error function. */
export const gelu = (x: np.Array): np.Array => x.ref.mul(0.5).mul(lax.erf(x.mul(Math.SQRT1_2)).add(1));
