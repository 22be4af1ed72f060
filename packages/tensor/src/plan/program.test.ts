// Reference: the oracle, which runs the same graph on the CPU in double precision. Generic lowering and named kernels alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { compileGraph, type Device, type Graph, interpret, openDevice, type TensorSpec, trace } from '../index';
import { sizeOf } from '../ir/shape';
import { operationCases } from '../testing/cases';
import { spread } from '../testing/finite-differences';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

/** Largest difference between GPU and oracle over all outputs, relative to each output's largest element. */
async function worstError(graph: Graph, inputs: Record<string, Float64Array>, generic: boolean): Promise<number> {
  const expected = interpret(graph, { inputs }).outputs;
  const program = await compileGraph(device, graph, { generic });
  const given = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, Float32Array.from(x)]));
  await program.run(given);
  let worst = 0;
  for (const [name, truth] of Object.entries(expected)) {
    const got = await program.read(name);
    const scale = truth.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
    truth.forEach((t, i) => {
      worst = Math.max(worst, Math.abs(t - got[i]!) / scale);
    });
  }
  program.destroy();
  return worst;
}

function caseGraph(name: string): { graph: Graph; inputs: Record<string, Float64Array> } {
  const { shapes, values, build } = operationCases[name]!;
  const spec = Object.fromEntries(shapes.map((shape, i): [string, TensorSpec] => [`x${i}`, { shape, dtype: 'f32' }]));
  const graph = trace({ inputs: spec }, (args) => {
    const xs = shapes.map((_, i) => (args.inputs as Record<string, ops.Tensor>)[`x${i}`]!);
    const y = build(...xs);
    const gradients = ops.grad(ops.sum(ops.square(y)), xs);
    return { outputs: { y, ...Object.fromEntries(gradients.map((g, i) => [`d${i}`, g])) } };
  });
  const inputs = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, Float64Array.from(values?.[i] ?? spread(sizeOf(shape), i + 1), Math.fround)]),
  );
  return { graph, inputs };
}

describe('every operation and its gradient on the GPU equal the oracle', () => {
  for (const name of Object.keys(operationCases)) {
    for (const generic of [true, false]) {
      it(`${name}, ${generic ? 'generic lowering' : 'fast kernels'}`, async () => {
        const { graph, inputs } = caseGraph(name);
        expect(await worstError(graph, inputs, generic)).toBeLessThan(2e-5);
      });
    }
  }
});
