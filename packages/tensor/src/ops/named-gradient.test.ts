// Reference: the gradient derived from each named meaning's own expansion, in double precision on the oracle.
import { describe, expect, it } from 'vitest';
import { pullback } from '../autodiff/gradient';
import type { Definition } from '../ir/definition';
import { f32, trace } from '../ir/program';
import { type Shape, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { interpret } from '../oracle/interpret';
import { spread } from '../testing/finite-differences';
import { layerNormDefinition, softmaxDefinition } from './norm';

const cases: { definition: Definition<never>; attributes: unknown; shapes: Shape[] }[] = [
  { definition: layerNormDefinition as never, attributes: { epsilon: 1e-6 }, shapes: [[3, 5, 7], [7], [7]] },
  { definition: softmaxDefinition as never, attributes: {}, shapes: [[2, 3, 6]] },
];

describe('a hand-written gradient equals the derived one', () => {
  for (const { definition, attributes, shapes } of cases) {
    it(definition.name, () => {
      const inputs = Object.fromEntries(shapes.map((s, i) => [`x${i}`, f32(...s)]));
      let upstreamShape: Shape = [];
      const graph = trace({ inputs: { ...inputs, dy: f32(...shapes[0]!) } }, (args) => {
        const given = args.inputs as Record<string, Tensor>;
        const xs = shapes.map((_, i) => given[`x${i}`]!);
        const results = definition.expand(xs, attributes as never);
        upstreamShape = results[0]!.shape;
        const upstream = [given.dy];
        const written = definition.gradient!({ xs, attributes: attributes as never, results, upstream });
        const derived = pullback(results, upstream, xs);
        return {
          outputs: Object.fromEntries(
            xs.flatMap((_, i) => [
              [`w${i}`, written[i]!],
              [`d${i}`, derived[i]!],
            ]),
          ),
        };
      });
      expect(upstreamShape).toEqual(shapes[0]);
      const values = Object.fromEntries(shapes.map((s, i) => [`x${i}`, spread(sizeOf(s), i + 3)]));
      const { outputs } = interpret(graph, { inputs: { ...values, dy: spread(sizeOf(shapes[0]!), 9) } });
      shapes.forEach((_, i) => {
        const scale = Math.max(...outputs[`d${i}`]!.map(Math.abs));
        outputs[`d${i}`]!.forEach((d, j) => {
          expect(Math.abs(d - outputs[`w${i}`]![j]!) / scale).toBeLessThan(1e-12);
        });
      });
    });
  }
});
