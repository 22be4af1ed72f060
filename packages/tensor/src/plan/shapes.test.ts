// Reference: the oracle in double precision, at shapes where kernels have edges: 1, primes, just past a tile, and shapes
// drawn at random from a fixed seed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { type Device, openDevice, type Tensor, type TensorSpec, trace } from '../index';
import { type Shape, sizeOf } from '../ir/shape';
import { deriveKey } from '../random/threefry';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';
import { contractVariants } from '../wgsl/kernels/contract';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

/** Output and gradients of `build` on the device against the oracle. */
async function check(shapes: readonly Shape[], build: (...xs: Tensor[]) => Tensor, options = {}): Promise<number> {
  const spec = Object.fromEntries(shapes.map((shape, i): [string, TensorSpec] => [`x${i}`, { shape, dtype: 'f32' }]));
  const graph = trace({ inputs: spec }, (args) => {
    const xs = shapes.map((_, i) => (args.inputs as Record<string, Tensor>)[`x${i}`]!);
    const y = build(...xs);
    const gradients = ops.grad(ops.sum(ops.mul(y, ops.add(y, 1))), xs);
    return { outputs: { y, ...Object.fromEntries(gradients.map((g, i) => [`d${i}`, g])) } };
  });
  const inputs = Object.fromEntries(shapes.map((s, i) => [`x${i}`, Float32Array.from(spread(sizeOf(s), i + 1))]));
  return worstError(device, graph, { inputs }, options);
}

/** A number of the list, chosen by the seed. */
const SIZES = [1, 2, 3, 5, 7, 13, 17, 31, 33, 64, 65, 97];
const drawn = (seed: number, index: number): number => SIZES[deriveKey(seed, 0, 0, index)[0] % SIZES.length]!;

const products: [m: number, n: number, k: number][] = [
  [1, 1, 1],
  [1, 67, 5],
  [131, 1, 7],
  [33, 65, 1],
  [31, 37, 41],
  [8, 32, 257],
  ...[1, 2, 3].map((s): [number, number, number] => [drawn(s, 0), drawn(s, 1), drawn(s, 2)]),
];

describe('matrix products with a bias and an activation, and their gradients', () => {
  for (const [m, n, k] of products) {
    it(`${m}×${n}×${k}`, async () => {
      const error = await check([[m, k], [k, n], [n]], (x, w, b) => ops.linear(x!, w!, b!, { activation: 'gelu' }));
      expect(error).toBeLessThan(2e-5);
    });
  }
});

describe('every form of the contraction', () => {
  for (const contract of contractVariants) {
    for (const [b, m, n, k] of [
      [1, 1, 1, 1],
      [3, 17, 19, 23],
      [2, 65, 70, 129],
    ] as const) {
      it(`${contract.name}, ${b}×${m}×${n}×${k}`, async () => {
        const build = (x: Tensor, y: Tensor): Tensor => ops.add(ops.einsum('bmk,bkn->bmn', x, y), 0.5);
        expect(
          await check(
            [
              [b, m, k],
              [b, k, n],
            ],
            build as never,
            { contract },
          ),
        ).toBeLessThan(2e-5);
      });
    }
  }
});

describe('every kernel of rows, and its backward', () => {
  for (const variant of ['subgroup-rows', 'workgroup-rows', 'invocation-rows']) {
    for (const [rows, width] of [
      [1, 16],
      [3, 20],
      [5, 100],
      [131, 64],
      [67, 264],
    ] as const) {
      const forced = (name: string) => ({ variants: { [name]: variant, [`${name}Backward`]: variant } });
      it(`${variant}, layer norm of ${rows}×${width}`, async () => {
        const shapes = [[rows, width], [width], [width]];
        const error = await check(shapes, (x, gamma, beta) => ops.layerNorm(x!, gamma!, beta!), forced('layerNorm'));
        expect(error).toBeLessThan(5e-5);
      });
      it(`${variant}, softmax of ${rows}×${width}`, async () => {
        expect(await check([[rows, width]], (x) => ops.softmax(ops.mul(x!, 9)), forced('softmax'))).toBeLessThan(6e-5);
      });
    }
  }

  it('names a kernel that cannot do the call, and those that can', async () => {
    const build = (x: Tensor): Tensor => ops.softmax(x);
    await expect(check([[3, 7]], build as never, { variants: { softmax: 'subgroup-rows' } })).rejects.toThrow(
      /no kernel 'subgroup-rows' of softmax can do this \(invocation-rows can\)/,
    );
  });
});

describe('attention with unequal lengths', () => {
  for (const [b, queries, keys, heads, depth] of [
    [1, 1, 1, 1, 1],
    [2, 1, 13, 2, 3],
    [3, 16, 49, 4, 16],
    [1, 49, 16, 2, 7],
  ] as const) {
    it(`${b} of ${queries} queries and ${keys} keys, ${heads} heads of ${depth}`, async () => {
      const width = heads * depth;
      const shapes = [
        [b, queries, width],
        [b, keys, width],
        [b, keys, width],
      ];
      expect(await check(shapes, (q, k, v) => ops.attention(q!, k!, v!, heads))).toBeLessThan(2e-5);
    });
  }
});

describe('rows', () => {
  for (const [rows, width] of [
    [1, 5],
    [1, 64],
    [13, 7],
    [129, 37],
    [drawn(4, 0), drawn(4, 1) + 1],
  ] as const) {
    it(`layer norm of ${rows}×${width}`, async () => {
      expect(await check([[rows, width], [width], [width]], (x, g, b) => ops.layerNorm(x!, g!, b!))).toBeLessThan(1e-4);
    });
    it(`softmax of ${rows}×${width}`, async () => {
      expect(await check([[rows, width]], (x) => ops.softmax(ops.mul(x!, 4)))).toBeLessThan(2e-5);
    });
  }
});

describe('reductions', () => {
  for (const [shape, axes] of [
    [[1], [0]],
    [[4099], [0]],
    [[7, 1031], [1]],
    [[1031, 7], [0]],
    [
      [3, 5, 7, 11],
      [0, 2],
    ],
    [
      [3, 5, 7, 11],
      [1, 3],
    ],
    [[drawn(5, 0), drawn(5, 1), drawn(5, 2)], [1]],
  ] as const) {
    it(`[${shape}] over [${axes}]`, async () => {
      expect(await check([shape], (x) => ops.mean(ops.exp(x!), axes))).toBeLessThan(1e-5);
      expect(await check([shape], (x) => ops.max(x!, axes))).toBeLessThan(1e-5);
    });
  }
});

describe('views and elementwise chains', () => {
  for (const seed of [6, 7, 8]) {
    const [a, b, c] = [drawn(seed, 0), drawn(seed, 1), drawn(seed, 2)];
    it(`${a}×${b}×${c}`, async () => {
      const error = await check(
        [
          [a, b, c],
          [b, 1],
          [c, a],
        ],
        (x, y, z) => {
          const turned = ops.reshape(ops.transpose(z!), [a, 1, c]);
          const mixed = ops.gelu(ops.add(ops.mul(x!, y!), turned));
          return ops.concat([ops.pad(mixed, [0, 1, 0], [1, 0, 2]), ops.pad(x!, [1, 0, 1], [0, 1, 1])], 1);
        },
      );
      expect(error).toBeLessThan(2e-5);
    });
  }
});
