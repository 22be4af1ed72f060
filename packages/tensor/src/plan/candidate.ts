/** Names, where a way to compute a named call can be named, that no kernel is to be used: its expansion is lowered instead. */
export const EXPANSION = 'expansion';

/**
 * A way in which a target can compute a named call: whole, by kernels of its own, or, under the name {@link EXPANSION}, by
 * its expansion. A target lists that only where it may be faster than its kernels: tuning then tries it too. Saved values
 * are results of the expansion as they are of a kernel, so that a call and its gradient may be computed in different ways.
 */
export interface Candidate {
  readonly name: string;
  /** False where a rule passes it over for a later candidate, or for the expansion if there is none: it has to be asked for. */
  readonly suits: boolean;
  /** Result i may be written over argument `aliases[i]` element by element. */
  readonly aliases?: Readonly<Record<number, number>>;
  /** True where sums lie in the results while they grow: results are then kept as f32. */
  readonly accumulates?: boolean;
}
