import type { Device, Program } from '@noisesmith/tensor';
import type { NamedArrays } from '../../host-tensor';
import type { Prepared } from '../../peer';

/** All outputs of a program's latest run. */
export async function readOutputs(program: Program): Promise<NamedArrays> {
  const results = new Map<string, Float32Array<ArrayBuffer>>();
  for (const name of Object.keys(program.graph.outputs)) {
    results.set(name, (await program.read(name)) as Float32Array<ArrayBuffer>);
  }
  return results;
}

/** A program that takes everything from its state. */
export const preparedProgram = (device: Device, program: Program): Prepared => ({
  async run(count) {
    for (let i = 0; i < count; i++) await program.run();
    await device.idle();
  },
  read: () => readOutputs(program),
});
