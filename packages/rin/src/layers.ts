import { type Activation, add, attention, layerNorm, linear, scope, type Tensor } from '@noisesmith/tensor';
import type { Weights } from './weights';

/** x·weight + bias, with an activation. [..., in] → [..., out] */
export const dense = (w: Weights, x: Tensor, activation?: Activation): Tensor =>
  linear(x, w.tensor('weight'), w.tensor('bias'), activation ? { activation } : {});

/** Layer normalisation over the last axis, epsilon 1e-6. */
export const norm = (w: Weights, x: Tensor): Tensor => layerNorm(x, w.tensor('gamma'), w.tensor('beta'));

/** Drops nothing: a branch or hidden layer as it is. */
export const keepAll = (x: Tensor): Tensor => x;

/** x + fc2(gelu(fc1(norm(x)))). [batch, tokens, width]. The two hooks drop hidden units and the whole branch. */
export const mlp = (w: Weights, x: Tensor, dropUnits = keepAll, dropPath = keepAll): Tensor =>
  scope('mlp', () => {
    const hidden = dropUnits(dense(w.at('fc1'), norm(w.at('ln'), x), 'gelu'));
    return add(x, dropPath(dense(w.at('fc2'), hidden)));
  });

/** Multi-head attention of `queries` [batch, lq, dq] over `context` [batch, lk, dk] → [batch, lq, dq]. */
export const attend = (w: Weights, queries: Tensor, context: Tensor, heads: number): Tensor =>
  scope('attn', () => {
    const [q, k, v] = [dense(w.at('q'), queries), dense(w.at('k'), context), dense(w.at('v'), context)];
    return dense(w.at('o'), attention(q, k, v, heads));
  });
