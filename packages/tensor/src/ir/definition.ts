import { type NamedCall, Tensor } from './tensor';

/**
 * A named meaning. `expand` is what it computes, in other nodes, and is always there: the oracle runs it, the gradient
 * is derived from it, the generic lowering lowers it. A backend may have kernels for it, each tested against it.
 */
export interface Definition<A> {
  readonly name: string;
  /**
   * Each row of the first argument, its last axis, gives a row of each result, with the other arguments whole: the axes
   * before the last are those of the results.
   */
  readonly rowwise?: true;
  /** One tensor per result. Results after the first are values saved for the gradient. */
  expand(xs: readonly Tensor[], attributes: A): Tensor[];
  /**
   * Gradient with respect to each argument, itself in nodes; undefined entries carry none. Absent: the gradient of
   * `expand`. `results` are the call's own results, `upstream[i]` the gradient arriving at result i, if any.
   */
  gradient?(call: GradientCall<A>): (Tensor | undefined)[];
}

export interface GradientCall<A> {
  readonly xs: readonly Tensor[];
  readonly attributes: A;
  readonly results: readonly Tensor[];
  readonly upstream: readonly (Tensor | undefined)[];
}

/** Results of `definition` on `xs`. */
export function call<A>(definition: Definition<A>, xs: readonly Tensor[], attributes: A): Tensor[] {
  const expansion = definition.expand(xs, attributes);
  const named: NamedCall = { definition, attributes, xs, expansion };
  const node = new Tensor({ kind: 'named', call: named }, [1], 'f32');
  return expansion.map((e, index) => new Tensor({ kind: 'result', of: node, index }, e.shape, e.dtype));
}
