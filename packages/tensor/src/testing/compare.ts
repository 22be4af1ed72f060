import { type CompileOptions, compileGraph, type Device, type Graph, interpret, type OracleValues } from '../index';
import type { TypedArray } from '../ir/dtype';

/** Largest difference between device and oracle over all outputs, relative to each output's largest element. */
export async function worstError(
  device: Device,
  graph: Graph,
  values: OracleValues & { readonly inputs: Readonly<Record<string, TypedArray>> },
  options: CompileOptions = {},
): Promise<number> {
  const expected = interpret(graph, values).outputs;
  using program = await compileGraph(device, graph, options);
  await program.run(values.inputs, values.scalars);
  let worst = 0;
  for (const [name, truth] of Object.entries(expected)) {
    const got = await program.read(name);
    const scale = truth.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
    truth.forEach((t, i) => {
      worst = Math.max(worst, Math.abs(t - got[i]!) / scale);
    });
  }
  return worst;
}
