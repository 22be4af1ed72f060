import { f32, trace, u32 } from '../ir/program';
import { type Shape, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { add, cast, exp, mul, sqrt } from '../ops/elementwise';
import { layerNormBackward, layerNormDefinition } from '../ops/norm';
import { max, mean, min, sum } from '../ops/reduce';
import { permute } from '../ops/view';
import { differentiated, forced, type KernelCase, spreadInputs } from './kernel-case';
import { normProgram } from './row-cases';

type Case = readonly [shape: Shape, axes: readonly number[]];

/**
 * Folds over leading axes: one result and several, in quads and one by one, fewer and more of them than a workgroup has
 * side by side, in one stage and in two, with whole turns and with rests.
 */
const LEADING: readonly Case[] = [
  [[5, 7], [0]],
  [[32, 36], [0]],
  [[1000, 1], [0]],
  [[1000, 7], [0]],
  [[1000, 37], [0]],
  [[1000, 131], [0]],
  [
    [16, 64, 64],
    [0, 1],
  ],
  [[1037, 520], [0]],
  [[10003, 12], [0]],
  [[5003, 37], [0]],
  [[100003, 1], [0]],
];
/** Over trailing axes and those in between: neighbours are elements of one result. */
const TRAILING: readonly Case[] = [
  [[7, 5], [1]],
  [[37, 33], [1]],
  [[131, 1000], [1]],
  [
    [3, 40, 70],
    [1, 2],
  ],
  [
    [3, 5, 70, 11],
    [0, 2],
  ],
  [
    [11, 70, 3, 5],
    [1, 3],
  ],
  [[1, 70000], [1]],
  [[2, 100003], [1]],
];

const asGpu = { options: {}, asGpu: true } as const;
const named = ([shape, axes]: Case): string => `${shape.join('x')} over ${axes}`;
const keptOf = ([shape, axes]: Case): Shape => shape.filter((_, axis) => !axes.includes(axis));

/** A program of its inputs' sizes, in which the results are outputs. */
function reduced(test: Case, reduce: (x: Tensor, shift: Tensor, axes: readonly number[]) => Record<string, Tensor>) {
  const inputs = { x: f32(...test[0]), shift: f32(...keptOf(test)) };
  const graph = trace({ inputs }, (args) => ({ outputs: reduce(args.inputs.x, args.inputs.shift, test[1]) }));
  return { graph, values: { inputs: spreadInputs(inputs) } };
}

const sums = [...LEADING, ...TRAILING].map(
  (test): KernelCase => ({
    name: `sum in workgroups with an epilogue, ${named(test)}`,
    ...asGpu,
    tolerance: 1e-5,
    // What is folded is computed on the way, and so is what becomes of the result.
    program: () => reduced(test, (x, shift, axes) => ({ y: mul(sqrt(mean(exp(x), axes)), add(shift, 2)) })),
  }),
);

const others = (
  [
    [[1000, 37], [0]],
    [[4500, 12], [0]],
    [[37, 131], [1]],
    [[1, 17000], [1]],
  ] as Case[]
).flatMap((test): KernelCase[] => [
  {
    name: `min and max in workgroups, ${named(test)}`,
    ...asGpu,
    tolerance: 1e-6,
    program: () => reduced(test, (x, _, axes) => ({ least: min(add(x, 3), axes), most: max(add(x, -3), axes) })),
  },
  {
    name: `folds of whole numbers in workgroups, ${named(test)}`,
    ...asGpu,
    tolerance: 1e-6,
    program: () => {
      const [shape, axes] = test;
      const inputs = { x: u32(...shape) };
      const graph = trace({ inputs }, ({ inputs: { x } }) => ({
        outputs: Object.fromEntries(
          Object.entries({ sum, min, max }).map(([name, of]) => [name, cast(of(x, axes), 'f32')]),
        ),
      }));
      const x = Uint32Array.from({ length: sizeOf(shape) }, (_, i) => 5 + ((i * 7919) % 97));
      return { graph, values: { inputs: { x } } };
    },
  },
]);

/** What is folded lies transposed in memory. */
const transposed: KernelCase = {
  name: 'sum in workgroups through a view, 300x12 over 1',
  ...asGpu,
  tolerance: 1e-5,
  program: () => differentiated([[300, 12]], (x) => sum(exp(permute(x!, [1, 0])), [1])),
};

const norms = [layerNormDefinition, layerNormBackward] as Parameters<typeof forced>[0];

/** Gradients of gamma and beta: few rows and more than one workgroup takes, columns in quads and one by one. */
const columns = (
  [
    ['workgroup-rows', [37, 36]],
    ['workgroup-rows', [131, 100]],
    ['invocation-rows', [5, 1]],
    ['invocation-rows', [1000, 7]],
    ['invocation-rows', [131, 37]],
    ['invocation-rows', [2500, 3]],
  ] as const
).map(
  ([kernel, shape]): KernelCase => ({
    name: `sums of the gradients of layer norm in workgroups, ${kernel}, ${shape.join('x')}`,
    options: forced(norms, kernel),
    asGpu: true,
    tolerance: 5e-5,
    program: () => normProgram(shape),
  }),
);

/** Long folds as GPUs compute them, by workgroups, on whatever adapter there is. */
export const foldCases: readonly KernelCase[] = [...sums, ...others, transposed, ...columns];
