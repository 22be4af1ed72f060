// References: groups that are alike by construction; the float64 oracle.
import { expect, it } from 'vitest';
import {
  add,
  f32,
  interpret,
  makePlan,
  matmul,
  mul,
  relu,
  scope,
  softmax,
  sum,
  type Tensor,
  trace,
  transpose,
} from '../index';
import { relativeError } from '../testing/compare';
import { spread } from '../testing/finite-differences';
import { openWasm } from './open';
import { wasmTarget } from './target';

const spec = { inputs: { x: f32(6, 70), w0: f32(70, 70), w1: f32(70, 70), w2: f32(70, 70) } };

/** Layers alike: an operand that is packed, rows. */
function layers(x: Tensor, weights: readonly Tensor[]): Record<string, Tensor> {
  let at = x;
  const made = weights.map((weight, i) =>
    scope(`layer${i}`, () => {
      at = softmax(mul(relu(matmul(at, transpose(weight))), 0.01));
      return at;
    }),
  );
  // Alike but for a memory that is read twice.
  const [first, second] = made as [Tensor, Tensor, Tensor];
  return { last: made[2]!, apart: sum(mul(first, add(second, 1)), 1), same: sum(mul(first, add(first, 1)), 1) };
}

const graph = trace(spec, ({ inputs: { x, w0, w1, w2 } }) => ({ outputs: layers(x, [w0, w1, w2]) }));

it('writes the kernels of layers that are alike once, under the names of each', () => {
  const { kernels, outputs } = makePlan(graph, wasmTarget({ relaxed: true, threads: 1 }));
  const [one, two, three] = [0, 1, 2].map((i) => kernels.filter(({ label }) => label.startsWith(`layer${i}`)));
  expect(one!.length).toBeGreaterThan(2);
  expect(three).toHaveLength(two!.length);
  for (const [i, { code }] of three!.entries()) expect(code).toBe(two![i]!.code);
  expect(three!.map(({ label }) => label)).toEqual(two!.map(({ label }) => label.replace('layer1', 'layer2')));
  const [apart, same] = ['apart', 'same'].map((name) =>
    kernels.find(({ operands }) =>
      operands.some(({ place, writable }) => writable && place.key === outputs[name]!.key),
    ),
  );
  expect(apart!.code).not.toBe(same!.code);
});

it('groups that differ in their sizes or in a number of theirs are not alike', async () => {
  using wasm = await openWasm({ threads: 1 });
  const sizes = { few: f32(6), many: f32(90), square: f32(3, 30) };
  const apart = trace({ inputs: sizes }, ({ inputs: { few, many, square } }) => ({
    outputs: {
      few: mul(relu(few), 2),
      many: mul(relu(many), 2),
      other: mul(relu(many), 3),
      rows: sum(square, 1),
      columns: sum(square, 0),
    },
  }));
  using program = await wasm.compile(apart);
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => (i % 7) - 3);
  const inputs = { few: values(6), many: values(90), square: values(90) };
  await program.run(inputs);
  for (const [name, truth] of Object.entries(interpret(apart, { inputs }).outputs)) {
    expect(await program.read(name), name).toEqual(Float32Array.from(truth));
  }
});

it('computes each with its own memory', async () => {
  using wasm = await openWasm({ threads: 1 });
  using program = await wasm.compile(graph);
  const inputs = Object.fromEntries(
    Object.entries(spec.inputs).map(([name, { shape }], i) => [
      name,
      Float32Array.from(spread(shape[0]! * shape[1]!, i), (v) => v / 3),
    ]),
  );
  await program.run(inputs);
  const expected = interpret(graph, { inputs }).outputs;
  for (const [name, truth] of Object.entries(expected)) {
    expect(relativeError(truth, await program.read(name)), name).toBeLessThan(1e-5);
  }
});
