/** q [batch, queries, heads·depth], k [batch, keys, heads·depth], v [batch, keys, heads·width]. */
export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  readonly width: number;
}

export function attentionSizes(
  [q, k, v]: readonly { readonly shape: readonly number[] }[],
  heads: number,
): AttentionSizes {
  const [batch, queries, wide] = q!.shape;
  return {
    batch: batch!,
    heads,
    queries: queries!,
    keys: k!.shape[1]!,
    depth: wide! / heads,
    width: v!.shape[2]! / heads,
  };
}

/** What products of queries and keys are multiplied with: 1/√d. */
export const scaleOf = ({ depth }: AttentionSizes): number => 1 / Math.sqrt(depth);
