// References: the gradient derived from the expansion by the chain rule, in double precision on the oracle; central
// differences; the definition of the logarithm of a sum of exponentials, in plain loops.
import { expect, it } from 'vitest';
import { grad, pullback } from '../autodiff/gradient';
import { call } from '../ir/definition';
import { f32, trace } from '../ir/program';
import { sizeOf } from '../ir/shape';
import { interpret } from '../oracle/interpret';
import { gradientError, spread } from '../testing/finite-differences';
import { attention, attentionDefinition } from './attention';
import { square } from './elementwise';
import { sum } from './reduce';

const heads = 2;
const inputs = { q: f32(2, 3, 8), k: f32(2, 5, 8), v: f32(2, 5, 12), dO: f32(2, 3, 12) };
const values = Object.fromEntries(
  Object.entries(inputs).map(([name, { shape }], i) => [name, spread(sizeOf(shape), i + 3)]),
);

it('has a hand-written gradient equal to the derived one', () => {
  const graph = trace({ inputs }, ({ inputs: { q, k, v, dO } }) => {
    const xs = [q, k, v];
    const results = attentionDefinition.expand(xs, { heads });
    const upstream = [dO];
    const written = attentionDefinition.gradient!({ xs, attributes: { heads }, results, upstream });
    const derived = pullback(results, upstream, xs);
    return {
      outputs: Object.fromEntries(
        xs.flatMap((_, i) => [
          [`written${i}`, written[i]!],
          [`derived${i}`, derived[i]!],
        ]),
      ),
    };
  });
  const { outputs } = interpret(graph, { inputs: values });
  for (const i of [0, 1, 2]) {
    const scale = Math.max(...outputs[`derived${i}`]!.map(Math.abs));
    outputs[`derived${i}`]!.forEach((d, j) => {
      expect(Math.abs(d - outputs[`written${i}`]![j]!) / scale).toBeLessThan(1e-12);
    });
  }
});

it('saves the logarithm of the sum of exponentials of each query', () => {
  const graph = trace({ inputs }, ({ inputs: { q, k, v } }) => ({
    outputs: { logSum: call(attentionDefinition, [q, k, v], { heads })[1]! },
  }));
  const { logSum } = interpret(graph, { inputs: values }).outputs;
  const at = (name: 'q' | 'k', batch: number, row: number, head: number, c: number): number =>
    values[name]![((batch * inputs[name].shape[1]! + row) * heads + head) * 4 + c]!;
  expect(graph.outputs.logSum!.shape).toEqual([2, heads, 3]);
  for (const [batch, head, query] of [
    [0, 0, 0],
    [1, 0, 2],
    [1, 1, 1],
  ] as const) {
    let total = 0;
    for (let key = 0; key < 5; key++) {
      let dot = 0;
      for (let c = 0; c < 4; c++) dot += at('q', batch, query, head, c) * at('k', batch, key, head, c);
      total += Math.exp(dot / Math.sqrt(4));
    }
    expect(logSum![(batch * heads + head) * 3 + query]).toBeCloseTo(Math.log(total), 12);
  }
});

const shapes = [inputs.q.shape, inputs.k.shape, inputs.v.shape];

it('can be differentiated through the saved logarithms', () => {
  const build = (...xs: Parameters<typeof attentionDefinition.expand>[0]) =>
    call(attentionDefinition, xs, { heads })[1]!;
  expect(gradientError({ shapes, build })).toBeLessThan(1e-6);
});

it('can be differentiated twice', () => {
  const error = gradientError({ shapes, build: (q, k, v) => grad(sum(square(attention(q!, k!, v!, heads))), q!) });
  expect(error).toBeLessThan(1e-6);
});
