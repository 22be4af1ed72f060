import type { TypedArray } from '../../ir/dtype';
import { interpret, type OracleResult } from '../../oracle/interpret';
import type { Wasm } from '../../wasm/backend';
import type { Device } from '../../webgpu/device';
import { programOf, type Recipe } from './recipe';
import type { Way } from './ways';

/** What is wrong with a program. */
export interface Failure {
  /** The kind of failure: numbers that differ, or an error and its message without its numbers. */
  readonly kind: string;
  readonly text: string;
}

/** Results of which double and single precision differ by more than this on the oracle itself say nothing. */
const ILL_CONDITIONED = 1e-3;
/** How much worse than the oracle in single precision a kernel may be, which adds in another order. */
const MARGIN = 30;
/** Differences are relative to the largest element, or to this where all are smaller. */
const LEAST_SCALE = 0.1;

/** Compiles the recipes as one program, runs it and compares it with the oracle; undefined where all agree. */
export async function failureOf(
  backend: Device | Wasm,
  recipes: readonly Recipe[],
  way: Way,
  seed: number,
): Promise<Failure | undefined> {
  try {
    const { graph, values } = programOf(recipes);
    using program = await backend.compile(graph, way.options(graph, backend.target, seed));
    for (const [name, data] of Object.entries(values.state ?? {})) program.state.write(name, data);
    await program.run(values.inputs, values.scalars);
    const { half, kernels } = program.plan;
    const limit = backend.target.limits.operands;
    for (const { form, operands } of kernels) {
      if (operands.length > limit)
        return { kind: 'bindings', text: `${form} binds ${operands.length} buffers of ${limit}` };
    }
    const truth = interpret(graph, values, { half });
    const rounded = interpret(graph, values, { half, precision: 'f32' });
    for (const results of ['outputs', 'state'] as const) {
      for (const name of Object.keys(truth[results])) {
        const got = results === 'outputs' ? await program.read(name) : await program.state.read(name);
        const found = difference(truth, rounded, results, name, got, way.tolerance);
        if (found) return found;
      }
    }
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: text.replace(/\d+(\.\d+)?/g, '#').slice(0, 120), text };
  }
}

function difference(
  truths: OracleResult,
  singles: OracleResult,
  results: 'outputs' | 'state',
  name: string,
  got: TypedArray,
  tolerance: number,
): Failure | undefined {
  const [truth, single] = [truths[results][name]!, singles[results][name]!];
  const scale = truth.reduce((most, x) => Math.max(most, Math.abs(x)), LEAST_SCALE);
  const rounding = truth.reduce((most, x, i) => Math.max(most, Math.abs(x - single[i]!)), 0) / scale;
  if (!(rounding < ILL_CONDITIONED)) return undefined;
  const allowed = got instanceof Uint32Array ? 0 : Math.max(tolerance, MARGIN * rounding);
  for (let i = 0; i < truth.length; i++) {
    const error = Math.abs(truth[i]! - got[i]!) / scale;
    if (error <= allowed) continue;
    const where = `${results === 'state' ? 'new state' : 'output'} ${name}[${i}]`;
    return {
      kind: 'numbers',
      text: `${where} is ${got[i]}, the oracle has ${truth[i]} (allowed ${allowed.toPrecision(2)})`,
    };
  }
  return undefined;
}
