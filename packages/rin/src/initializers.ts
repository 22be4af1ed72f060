/** How the initial values of one tensor are drawn. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** On (−limit, limit). */
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Normal with this deviation, conditioned on |w| ≤ 2 deviations (resampling gives the same distribution). */
  | { readonly kind: 'truncatedNormal'; readonly deviation: number };

export const zeros: Initializer = { kind: 'constant', value: 0 };
export const ones: Initializer = { kind: 'constant', value: 1 };

/** Uniform with variance scale/((fanIn + fanOut)/2); scale 1 is Glorot & Bengio 2010. */
export const varianceScaling = (fanIn: number, fanOut: number, scale = 1): Initializer => ({
  kind: 'uniform',
  limit: Math.sqrt((6 * scale) / (fanIn + fanOut)),
});

/** Position tables: normal of deviation 0.02, cut at two deviations. */
export const positionTable: Initializer = { kind: 'truncatedNormal', deviation: 0.02 };
