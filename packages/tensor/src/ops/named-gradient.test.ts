// Reference: the gradient derived from each named meaning's own expansion, in double precision on the oracle, and its plan.
import { describe, expect, it } from 'vitest';
import { pullback } from '../autodiff/gradient';
import type { Definition } from '../ir/definition';
import { f32, type Graph, trace } from '../ir/program';
import { type Shape, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { interpret } from '../oracle/interpret';
import { makePlan } from '../plan/plan';
import { spread } from '../testing/finite-differences';
import { givenTarget } from '../webgpu/cost/given';
import { conv2dDefinition, depthwiseConv2dDefinition } from './conv';
import { layerNormDefinition, softmaxDefinition } from './norm';
import { averagePoolDefinition, maxPoolDefinition } from './pool';
import type { Windows } from './spatial';

interface Case {
  readonly name: string;
  readonly definition: Definition<never>;
  readonly attributes: unknown;
  readonly shapes: readonly Shape[];
}

const ofWindows = ([kh, kw]: number[], [sy, sx]: number[], [top, bottom, left, right]: number[]): Windows => ({
  size: [kh!, kw!],
  stride: [sy!, sx!],
  before: [top!, left!],
  after: [bottom!, right!],
});

const spatial = (windows: Windows, image: Shape, outputs: number): Case[] => {
  const channels = image[3]!;
  const name = (op: string): string => `${op} of ${JSON.stringify(windows)}`;
  const attributes = windows;
  const counted = { ...windows, countPadding: true };
  const own = { ...windows, countPadding: false };
  const one = (definition: unknown, given: unknown, ...shapes: Shape[]): Case => ({
    ...{ name: name((definition as Definition<never>).name), definition: definition as Definition<never> },
    ...{ attributes: given, shapes: [image, ...shapes] },
  });
  const pools = windows.before.every((n, i) => n < windows.size[i]! && windows.after[i]! < windows.size[i]!);
  return [
    one(conv2dDefinition, attributes, [...windows.size, channels, outputs]),
    one(depthwiseConv2dDefinition, attributes, [...windows.size, channels]),
    ...(pools ? [one(maxPoolDefinition, attributes), one(averagePoolDefinition, own)] : []),
    ...(pools ? [{ ...one(averagePoolDefinition, counted), name: name('averagePool with padding counted') }] : []),
  ];
};

const cases: readonly Case[] = [
  {
    ...{ name: 'layerNorm', definition: layerNormDefinition as never },
    ...{ attributes: { epsilon: 1e-6 }, shapes: [[3, 5, 7], [7], [7]] },
  },
  { name: 'softmax', definition: softmaxDefinition as never, attributes: {}, shapes: [[2, 3, 6]] },
  ...spatial(ofWindows([3, 3], [1, 1], [1, 1, 1, 1]), [2, 5, 6, 3], 4),
  ...spatial(ofWindows([3, 2], [2, 3], [0, 1, 1, 0]), [1, 8, 9, 2], 3),
  // Elements behind the last window.
  ...spatial(ofWindows([2, 3], [3, 2], [0, 0, 0, 0]), [1, 7, 6, 2], 2),
  ...spatial(ofWindows([1, 7], [1, 1], [0, 0, 3, 3]), [1, 3, 8, 2], 2),
  ...spatial(ofWindows([1, 1], [2, 1], [0, 0, 0, 0]), [2, 4, 3, 3], 2),
  // Windows that lie in the padding alone.
  ...spatial(ofWindows([2, 1], [1, 2], [4, 3, 2, 5]), [1, 3, 2, 2], 2),
];

/** The gradients of a call's arguments for a given upstream gradient of its first result, one way or the other. */
function gradients({ definition, attributes, shapes }: Case, way: 'written' | 'derived'): Graph {
  const names = shapes.map((_, i) => `x${i}`);
  const inputs = Object.fromEntries(names.map((name, i) => [name, f32(...shapes[i]!)]));
  const resultShape = (): Shape => {
    let shape: Shape = [];
    trace({ inputs }, ({ inputs: given }) => {
      const xs = names.map((name) => (given as Record<string, Tensor>)[name]!);
      shape = definition.expand(xs, attributes as never)[0]!.shape;
      return {};
    });
    return shape;
  };
  return trace({ inputs: { ...inputs, dy: f32(...resultShape()) } }, (args) => {
    const given = args.inputs as Record<string, Tensor>;
    const xs = names.map((name) => given[name]!);
    const results = definition.expand(xs, attributes as never);
    const upstream = [given.dy];
    const found =
      way === 'written'
        ? definition.gradient!({ xs, attributes: attributes as never, results, upstream })
        : pullback(results, upstream, xs);
    return { outputs: Object.fromEntries(found.map((d, i) => [`d${i}`, d!])) };
  });
}

describe('a hand-written gradient equals the derived one', () => {
  it.each(cases.map((test) => [test.name, test] as const))('%s', (_, test) => {
    const [written, derived] = (['written', 'derived'] as const).map((way) => gradients(test, way));
    const specs = Object.entries(written!.spec.inputs!);
    const inputs = Object.fromEntries(specs.map(([name, { shape }], i) => [name, spread(sizeOf(shape), i + 3)]));
    const [own, expected] = [written!, derived!].map((graph) => interpret(graph, { inputs }).outputs);
    expect(Object.keys(own!)).toEqual(test.shapes.map((_, i) => `d${i}`));
    test.shapes.forEach((shape, i) => {
      const [got, truth] = [own![`d${i}`]!, expected![`d${i}`]!];
      expect(written!.outputs[`d${i}`]!.shape).toEqual(shape);
      const scale = Math.max(...truth.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      truth.forEach((d, j) => {
        expect(Math.abs(d - got[j]!) / scale).toBeLessThan(1e-12);
      });
    });
  });
});

describe('the memory of a gradient', () => {
  // Large enough that no product is cut into parts, whose sums would take memory too.
  const image: Shape = [8, 64, 64, 32];
  const activation = 4 * sizeOf(image);
  const named = spatial(ofWindows([3, 3], [1, 1], [1, 1, 1, 1]), image, 32);
  it.each(named.map((test) => [test.name, test] as const))(
    'is some activations, and not one for each tap: %s',
    (_, test) => {
      const [written, derived] = (['written', 'derived'] as const).map(
        (way) => makePlan(gradients(test, way), givenTarget).liveBound,
      );
      // The gradient of the image, which stays, and for a maximum what it was and what it is divided by.
      expect(written! / activation).toBeLessThan(3.1);
      expect(derived! / activation).toBeGreaterThan(4);
    },
  );
});
