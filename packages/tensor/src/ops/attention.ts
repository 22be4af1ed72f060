import { pullback } from '../autodiff/gradient';
import { call, type Definition } from '../ir/definition';
import { printShape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { expectType, expectWhole } from './check';
import { einsum } from './contract';
import { add, exp, log, mul, sub } from './elementwise';
import { softmax } from './norm';
import { max, sum } from './reduce';
import { broadcastTo, permute, reshape } from './view';

export interface AttentionAttributes {
  readonly heads: number;
}

const LAST = -1;

const splitHeads = (x: Tensor, heads: number): Tensor =>
  reshape(x, [x.shape[0]!, x.shape[1]!, heads, x.shape[2]! / heads]);

const joinHeads = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[2]! * x.shape[3]!]);

/** 1/√d of queries [b, lq, h·d]. */
const scaleOf = (q: Tensor, heads: number): number => 1 / Math.sqrt(q.shape[2]! / heads);

/** q·kᵀ/√d [b, h, lq, lk]. Products are scaled, not queries: a kernel that computes products scales them as it stores. */
const logitsOf = (q: Tensor, k: Tensor, heads: number): Tensor =>
  mul(einsum('bqhd,bkhd->bhqk', splitHeads(q, heads), splitHeads(k, heads)), scaleOf(q, heads));

function logSumExp(x: Tensor): Tensor {
  const top = max(x, LAST, { keepDims: true });
  return add(reshape(top, x.shape.slice(0, -1)), log(sum(exp(sub(x, top)), LAST)));
}

/**
 * Arguments q [b, lq, h·d], k [b, lk, h·d], v [b, lk, h·e]; results o [b, lq, h·e], and the saved logarithm of each
 * query's sum of exponentials of its logits [b, h, lq].
 */
export const attentionDefinition: Definition<AttentionAttributes> = {
  name: 'attention',
  expand([q, k, v], { heads }) {
    const logits = logitsOf(q!, k!, heads);
    return [joinHeads(einsum('bhqk,bkhe->bqhe', softmax(logits), splitHeads(v!, heads))), logSumExp(logits)];
  },
  gradient({ xs, attributes, results, upstream }) {
    const [dO, dL] = upstream;
    // Only a second differentiation reaches the saved values.
    if (!dO || dL) return pullback(attentionDefinition.expand(xs, attributes), upstream, xs);
    return call(attentionBackward, [...xs, ...results, dO], attributes);
  },
};

/**
 * Arguments q, k, v, o, the logarithms of sums, do; results dq, dk, dv. Fused kernels compute the weights again from the
 * logarithms of sums (Dao et al. 2022, "FlashAttention"). The expansion spells them as the forward does: where no fused
 * kernel is chosen both are one node, kept from the forward.
 */
export const attentionBackward: Definition<AttentionAttributes> = {
  name: 'attentionBackward',
  expand([q, k, v, o, , dO], { heads }) {
    const weights = softmax(logitsOf(q!, k!, heads));
    const up = splitHeads(dO!, heads);
    // Σ over keys of weights · dWeights, as a sum over the head's width. It stands first so that dLogits can be computed
    // where dWeights is.
    const rows = permute(sum(mul(up, splitHeads(o!, heads)), LAST, { keepDims: true }), [0, 2, 1, 3]);
    const along = broadcastTo(rows, weights.shape);
    const dWeights = einsum('bqhe,bkhe->bhqk', up, splitHeads(v!, heads));
    const dLogits = mul(weights, sub(dWeights, along));
    const dq = mul(joinHeads(einsum('bhqk,bkhd->bqhd', dLogits, splitHeads(k!, heads))), scaleOf(q!, heads));
    const dk = mul(joinHeads(einsum('bhqk,bqhd->bkhd', dLogits, splitHeads(q!, heads))), scaleOf(q!, heads));
    return [dq, dk, joinHeads(einsum('bhqk,bqhe->bkhe', weights, up))];
  },
};

/**
 * Multi-head softmax attention: softmax(q·kᵀ/√d)·v per head. q [batch, queries, heads·d], k [batch, keys, heads·d],
 * v [batch, keys, heads·e] → [batch, queries, heads·e]. The numbers of queries and keys may differ. Vaswani et al. 2017.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number): Tensor {
  const [batch, , width] = q.shape;
  const fits = k.shape[0] === batch && v.shape[0] === batch && k.shape[2] === width && k.shape[1] === v.shape[1];
  if (q.rank !== 3 || k.rank !== 3 || v.rank !== 3 || !fits) {
    throw new RangeError(
      `attention: q ${printShape(q.shape)}, k ${printShape(k.shape)}, v ${printShape(v.shape)}, expected ` +
        '[batch, queries, width], [batch, keys, width], [batch, keys, any width]',
    );
  }
  expectType('attention', 'f32', { q, k, v });
  expectWhole('attention', 'heads', heads, 1);
  if (q.shape[2]! % heads !== 0 || v.shape[2]! % heads !== 0) {
    throw new RangeError(`attention: widths ${q.shape[2]} and ${v.shape[2]} are not divisible by ${heads} heads`);
  }
  return call(attentionDefinition, [q, k, v], { heads })[0]!;
}
