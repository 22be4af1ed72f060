import type { Shape } from '../ir/shape';
import { add, exp, gelu, mul } from '../ops/elementwise';
import { linear } from '../ops/linear';
import { layerNorm, softmax } from '../ops/norm';
import { max, mean } from '../ops/reduce';
import { concat, pad, reshape, transpose } from '../ops/view';
import { deriveKey } from '../random/threefry';
import { operationCases } from './cases';
import { differentiated, type KernelCase } from './kernel-case';

/** A number of the list, chosen by the seed. */
const SIZES = [1, 2, 3, 5, 7, 13, 17, 31, 33, 64, 65, 97];
const drawn = (seed: number, index: number): number => SIZES[deriveKey(seed, 0, 0, index)[0] % SIZES.length]!;

/** Every operation and its gradient, by the plain lowering of its expansion and by the kernels that the rules choose. */
export const operationKernels: readonly KernelCase[] = Object.entries(operationCases).flatMap(
  ([name, { shapes, values, build }]) =>
    [true, false].map((generic) => ({
      name: `${name}, ${generic ? 'generic lowering' : 'fast kernels'}`,
      options: { generic },
      tolerance: 2e-5,
      program: () => {
        const { graph, values: spreads } = differentiated(shapes, build);
        const own = (values ?? []).map((v, i) => [`x${i}`, Float32Array.from(v)]);
        return { graph, values: { inputs: { ...spreads.inputs, ...Object.fromEntries(own) } } };
      },
    })),
);

const products = [
  [1, 67, 5],
  [131, 1, 7],
  [33, 65, 1],
  [8, 32, 257],
  ...[1, 2, 3].map((seed) => [drawn(seed, 0), drawn(seed, 1), drawn(seed, 2)]),
].map(
  ([m = 1, n = 1, k = 1]): KernelCase => ({
    name: `product with a bias and an activation, ${m}x${n}x${k}`,
    options: {},
    tolerance: 2e-5,
    program: () => differentiated([[m, k], [k, n], [n]], (x, w, b) => linear(x!, w!, b!, { activation: 'gelu' })),
  }),
);

const rows = [
  [1, 64],
  [129, 37],
  [drawn(4, 0), drawn(4, 1) + 1],
].flatMap(([count = 1, width = 1]): KernelCase[] => [
  {
    name: `layer norm by rule, ${count}x${width}`,
    options: {},
    tolerance: 1e-4,
    program: () => differentiated([[count, width], [width], [width]], (x, gamma, beta) => layerNorm(x!, gamma!, beta!)),
  },
  {
    name: `softmax by rule, ${count}x${width}`,
    options: {},
    tolerance: 2e-5,
    program: () => differentiated([[count, width]], (x) => softmax(mul(x!, 4))),
  },
]);

const reduced: readonly (readonly [Shape, readonly number[]])[] = [
  [[1], [0]],
  [[4099], [0]],
  [[7, 1031], [1]],
  [[1031, 7], [0]],
  // Four results side by side, in one stage and in two.
  [[9, 36], [0]],
  [[1031, 12], [0]],
  [
    [3, 5, 7, 11],
    [0, 2],
  ],
  [
    [3, 5, 7, 11],
    [1, 3],
  ],
  [[drawn(5, 0), drawn(5, 1), drawn(5, 2)], [1]],
];
/** Reductions of each kind there is: short and long, of few results and of many. */
export const reductions = reduced.flatMap(([shape, axes]): KernelCase[] => [
  {
    name: `mean over ${axes}, ${shape.join('x')}`,
    options: {},
    tolerance: 1e-5,
    program: () => differentiated([shape], (x) => mean(exp(x!), axes)),
  },
  {
    name: `max over ${axes}, ${shape.join('x')}`,
    options: {},
    tolerance: 1e-5,
    program: () => differentiated([shape], (x) => max(x!, axes)),
  },
]);

const chains = [6, 7, 8].map((seed): KernelCase => {
  const [a, b, c] = [drawn(seed, 0), drawn(seed, 1), drawn(seed, 2)];
  return {
    name: `views and elementwise chains, ${a}x${b}x${c}`,
    options: {},
    tolerance: 2e-5,
    program: () =>
      differentiated(
        [
          [a, b, c],
          [b, 1],
          [c, a],
        ],
        (x, y, z) => {
          const turned = reshape(transpose(z!), [a, 1, c]);
          const mixed = gelu(add(mul(x!, y!), turned));
          return concat([pad(mixed, [0, 1, 0], [1, 0, 2]), pad(x!, [1, 0, 1], [0, 1, 1])], 1);
        },
      ),
  };
});

/** Programs of several groups, and shapes with edges, where the rules choose the kernels. */
export const generatedCases: readonly KernelCase[] = [...products, ...rows, ...reductions, ...chains];
