import type { Backend, Plan, Program } from '@noisesmith/tensor';
import type { NamedArrays } from '../../host-tensor';
import type { Prepared } from '../../peer';

/** What computes: a WebGPU device, or WebAssembly. */
export type Engine = Backend<Program & { readonly plan: Plan }>;

/** All outputs of a program's latest run. */
export async function readOutputs(program: Program): Promise<NamedArrays> {
  const results = new Map<string, Float32Array<ArrayBuffer>>();
  for (const name of Object.keys(program.graph.outputs)) {
    results.set(name, (await program.read(name)) as Float32Array<ArrayBuffer>);
  }
  return results;
}

/** A program that takes everything from its state. */
export const preparedProgram = (engine: Engine, program: Program): Prepared => ({
  async run(count) {
    for (let i = 0; i < count; i++) await program.run();
    await engine.idle();
  },
  read: () => readOutputs(program),
});
