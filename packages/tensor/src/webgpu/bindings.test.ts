// References: the limits of adapters, 8 storage buffers being the least that WebGPU guarantees; the oracle.
import { expect, it } from 'vitest';
import * as ops from '../index';
import { f32, type Graph, openDevice, type Tensor, trace } from '../index';
import { makePlan } from '../plan/plan';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';
import { openAsGpu } from '../testing/fuzz/ways';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `x${i}`);

/** A function of as many inputs [2, 3]. */
const of = (count: number, build: (xs: readonly Tensor[]) => Tensor): Graph =>
  trace({ inputs: Object.fromEntries(names(count).map((name) => [name, f32(2, 3)])) }, ({ inputs }) => ({
    outputs: { y: build(names(count).map((name) => inputs[name]!)) },
  }));

const total = (xs: readonly Tensor[]): Tensor => xs.reduce((a, b) => ops.add(a, b));

const programs: Readonly<Record<string, Graph>> = {
  ...Object.fromEntries([8, 9, 12, 40].map((n) => [`concat of ${n}`, of(n, (xs) => ops.concat(xs, 1))])),
  'concat of sums': of(30, (xs) => ops.concat([total(xs.slice(0, 20)), total(xs.slice(20)), xs[3]!], 0)),
  'pack of 40 side by side': of(40, (xs) =>
    ops.pack(
      xs,
      xs.map((_, i) => ({ offset: 7 * i + 1, size: 6 })),
      300,
    ),
  ),
  'a sum of a sum of many, and many behind it': of(12, (xs) => {
    const folded = ops.sum(total(xs.slice(0, 6)), 1, { keepDims: true });
    return xs.slice(6).reduce((y, x) => ops.mul(y, ops.sum(x, 1, { keepDims: true })), ops.exp(folded));
  }),
  'rows of a table of many, picked by many': of(10, (xs) =>
    ops.gather(total(xs.slice(0, 5)), ops.cast(ops.abs(total(xs.slice(5))), 'u32')),
  ),
  'a product with many behind it': of(9, (xs) => {
    const product = ops.einsum('ij,ik->jk', xs[0]!, xs[1]!);
    return xs.slice(2).reduce((y, x) => ops.add(y, ops.narrow(x, 0, 0, 1)), product);
  }),
};

it.each(Object.entries(programs))('%s', async (_, graph) => {
  const inputs = Object.fromEntries(
    Object.keys(graph.spec.inputs ?? {}).map((name, i) => [name, Float32Array.from(spread(6, i))]),
  );
  for (const open of [openDevice, openAsGpu]) {
    using device = await open();
    const limit = device.profile.limits.maxStorageBuffersPerShaderStage;
    for (const generic of [false, true]) {
      const bound = makePlan(graph, device.target, { generic }).kernels.map(({ operands }) => operands.length);
      expect(Math.max(...bound)).toBeLessThanOrEqual(limit);
    }
    expect(await worstError(device, graph, { inputs })).toBeLessThan(1e-5);
  }
});
