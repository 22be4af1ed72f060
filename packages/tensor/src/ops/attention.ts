import { call, type Definition } from '../ir/definition';
import { printShape } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { einsum } from './contract';
import { mul } from './elementwise';
import { softmax } from './norm';
import { reshape } from './view';

const splitHeads = (x: Tensor, heads: number): Tensor =>
  reshape(x, [x.shape[0]!, x.shape[1]!, heads, x.shape[2]! / heads]);

/** Arguments q [b, lq, h·d], k [b, lk, h·d], v [b, lk, h·e]; result [b, lq, h·e]. */
export const attentionDefinition: Definition<{ heads: number }> = {
  name: 'attention',
  expand([q, k, v], { heads }) {
    const scale = 1 / Math.sqrt(q!.shape[2]! / heads);
    // Queries are scaled, not logits: there are fewer of them.
    const logits = einsum('bqhd,bkhd->bhqk', splitHeads(mul(q!, scale), heads), splitHeads(k!, heads));
    const mixed = einsum('bhqk,bkhe->bqhe', softmax(logits), splitHeads(v!, heads));
    return [reshape(mixed, [mixed.shape[0]!, mixed.shape[1]!, v!.shape[2]!])];
  },
};

/**
 * Multi-head softmax attention: softmax(q·kᵀ/√d)·v per head. q [batch, queries, heads·d], k [batch, keys, heads·d],
 * v [batch, keys, heads·e] → [batch, queries, heads·e]. The numbers of queries and keys may differ. Vaswani et al. 2017.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number): Tensor {
  if (q.rank !== 3 || k.rank !== 3 || v.rank !== 3 || q.shape[2] !== k.shape[2] || k.shape[1] !== v.shape[1]) {
    throw new RangeError(`attention: q ${printShape(q.shape)}, k ${printShape(k.shape)}, v ${printShape(v.shape)}`);
  }
  if (q.shape[2]! % heads !== 0 || v.shape[2]! % heads !== 0) {
    throw new RangeError(`attention: widths ${q.shape[2]} and ${v.shape[2]} are not divisible by ${heads} heads`);
  }
  return call(attentionDefinition, [q, k, v], { heads })[0]!;
}
