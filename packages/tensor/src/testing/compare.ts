import {
  type Backend,
  type CompileOptions,
  compileGraph,
  type Graph,
  interpret,
  type OracleValues,
  type Program,
} from '../index';
import type { TypedArray } from '../ir/dtype';

export interface ComparedValues extends OracleValues {
  readonly inputs: Readonly<Record<string, TypedArray>>;
  readonly state?: Readonly<Record<string, TypedArray>>;
}

/** Largest difference, relative to the largest element of the truth, or to `least` where that is larger. */
export function relativeError(truth: ArrayLike<number>, got: ArrayLike<number>, least = 1e-6): number {
  let [scale, worst] = [least, 0];
  for (let i = 0; i < truth.length; i++) scale = Math.max(scale, Math.abs(truth[i]!));
  for (let i = 0; i < truth.length; i++) {
    const error = Math.abs(truth[i]! - got[i]!) / scale;
    // A NaN is larger than no number.
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}

/**
 * Largest difference between a backend and the oracle over all outputs and new states, each relative to its largest
 * element, or to its entry of `scales` where that is larger: what is left of numbers that cancel is as exact as those are.
 */
export async function worstError<P extends Program, O extends CompileOptions>(
  backend: Backend<P, O>,
  graph: Graph,
  values: ComparedValues,
  options?: NoInfer<O>,
  scales: Readonly<Record<string, number>> = {},
): Promise<number> {
  const expected = interpret(graph, values);
  using program = await compileGraph(backend, graph, options);
  for (const [name, data] of Object.entries(values.state ?? {})) program.state.write(name, data);
  await program.run(values.inputs, values.scalars);
  let worst = 0;
  for (const [name, truth] of Object.entries(expected.outputs)) {
    worst = Math.max(worst, relativeError(truth, await program.read(name), scales[name]));
  }
  for (const [name, truth] of Object.entries(expected.state)) {
    worst = Math.max(worst, relativeError(truth, await program.state.read(name), scales[name]));
  }
  return worst;
}
