import { f32, trace } from '../ir/program';
import type { Shape } from '../ir/shape';
import { einsum } from '../ops/contract';
import { conv2d } from '../ops/conv';
import { add, gelu, relu } from '../ops/elementwise';
import type { SpatialOptions } from '../ops/spatial';
import { transpose } from '../ops/view';
import { contractVariants } from '../webgpu/wgsl/kernels/contract';
import type { ContractVariant } from '../webgpu/wgsl/kernels/contract-problem';
import { tilesAlone, workgroupTile } from '../webgpu/wgsl/kernels/contract-tile';
import { type KernelCase, spreadInputs } from './kernel-case';

/** Where neighbours lie side by side: along m or k of A, n or k of B, n or m of the result. */
const LAYOUTS = ['bkm,bkn->bmn', 'bmk,bkn->bmn', 'bmk,bnk->bmn', 'bkm,bnk->bnm'] as const;

type Sizes = readonly [batch: number, m: number, n: number, k: number];

/** Edges of tiles, without vectors and with them. */
const EVERY_LAYOUT: readonly Sizes[] = [
  [3, 17, 19, 23],
  [2, 12, 36, 20],
];
const ONE_LAYOUT: readonly Sizes[] = [
  [2, 65, 70, 129],
  // A long sum with few results: k is cut into parts, the last of them ragged.
  [1, 12, 8, 1500],
];
/** Less than a tile, and a cut k without vectors. */
const SMALL: readonly Sizes[] = [
  [1, 1, 1, 1],
  [1, 1, 100, 7],
  [1, 100, 1, 33],
  [1, 5, 7, 1031],
];

/** More than one block each way, edges in both, and k that ends within a strip: one by one, and with vectors along each axis. */
const EVERY_BLOCK: readonly (readonly [layout: string, sizes: Sizes])[] = [
  [LAYOUTS[1], [1, 131, 134, 37]],
  [LAYOUTS[0], [2, 132, 136, 68]],
  [LAYOUTS[2], [2, 132, 136, 68]],
];

/** Windows at the edges of an image and of tiles, without vectors and with them, with what stands behind. */
const CONVOLUTIONS: readonly (readonly [image: Shape, weight: Shape, options: SpatialOptions])[] = [
  [[2, 9, 7, 8], [3, 3, 8, 12], { padding: 'same' }],
  [[1, 8, 9, 3], [3, 2, 3, 5], { stride: [2, 3], padding: 'same' }],
  [[1, 5, 17, 4], [1, 7, 4, 8], { padding: 'same' }],
];

const TOLERANCE = 2e-5;

const productBy =
  (contract: ContractVariant) =>
  (layout: string, [b, m, n, k]: Sizes): KernelCase => ({
    options: { variants: { contract: contract.name } },
    tolerance: TOLERANCE,
    name: `contract ${contract.name}, ${layout}, ${b}x${m}x${n}x${k}`,
    program() {
      const sizes: Readonly<Record<string, number>> = { b, m, n, k };
      const [x, y] = layout.split(/,|->/).map((axes) => f32(...[...axes].map((axis) => sizes[axis]!)));
      const inputs = { x: x!, y: y! };
      const graph = trace({ inputs }, ({ inputs: given }) => ({ outputs: { out: einsum(layout, given.x, given.y) } }));
      return { graph, values: { inputs: spreadInputs(inputs) } };
    },
  });

/**
 * Larger blocks of the form for GPUs: by rule, cases as small as the others have the smallest. Chromium's software adapter
 * takes a minute to compile one.
 */
const blockCases = tilesAlone
  .slice(0, -1)
  .flatMap((block) =>
    EVERY_BLOCK.map(([layout, sizes]): KernelCase => ({ ...productBy(block)(layout, sizes), nodeOnly: true })),
  );

/** The product alone, in each layout; and one with an epilogue whose operand is a view. */
const formCases = contractVariants.flatMap((contract) => {
  const made = { options: { variants: { contract: contract.name } }, tolerance: TOLERANCE };
  const product = productBy(contract);
  // Chromium's software adapter compiles each kernel of the form for GPUs for seconds.
  const inBrowsers = (test: KernelCase, isChosen: boolean): KernelCase =>
    isChosen || contract !== workgroupTile ? test : { ...test, nodeOnly: true };
  const chain: KernelCase = {
    ...made,
    name: `contract ${contract.name}, of a turned operand, with an epilogue, 18x44x28`,
    program() {
      const inputs = { x: f32(28, 18), w: f32(28, 44), bias: f32(44), residual: f32(18, 44) };
      const graph = trace({ inputs }, ({ inputs: { x, w, bias, residual } }) => {
        const kept = add(einsum('mk,kn->mn', transpose(x), w), bias);
        return { outputs: { kept, out: add(gelu(kept), residual) } };
      });
      return { graph, values: { inputs: spreadInputs(inputs) } };
    },
  };
  return [
    // Each layout, and in turn without vectors and with them.
    ...LAYOUTS.flatMap((layout, i) =>
      EVERY_LAYOUT.map((sizes, j) => inBrowsers(product(layout, sizes), (i + j) % 2 === 0)),
    ),
    ...ONE_LAYOUT.map((sizes) => product(LAYOUTS[1], sizes)),
    ...SMALL.map((sizes) => inBrowsers(product(LAYOUTS[1], sizes), false)),
    chain,
    ...CONVOLUTIONS.map(([image, weight, options], i) =>
      inBrowsers(
        {
          ...made,
          name: `contract ${contract.name}, conv2d ${image.join('x')} by ${weight.join('x')}`,
          program() {
            const inputs = { x: f32(...image), w: f32(...weight), bias: f32(weight[3]!) };
            const graph = trace({ inputs }, ({ inputs: { x, w, bias } }) => ({
              outputs: { y: relu(add(conv2d(x, w, options), bias)) },
            }));
            return { graph, values: { inputs: spreadInputs(inputs) } };
          },
        },
        i === 0,
      ),
    ),
  ];
});

export const contractCases: readonly KernelCase[] = [...formCases, ...blockCases];
