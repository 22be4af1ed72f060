// Reference: the same program over what is not repeated yet, whose result is repeated behind it; the oracle.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { type Backend, compileGraph, f32, type Graph, makePlan, type Tensor, trace } from '../index';
import { compiledBackends } from '../testing/backends';
import { worstError } from '../testing/compare';
import { spreadInputs } from '../testing/kernel-case';
import '../testing/quick-shaders';
import { numberTarget } from '../testing/numbers/target';
import { wasmTarget } from '../wasm/target';
import type { PlanOptions } from './plan';
import type { Target } from './target';

const shapes = { x: [5, 8], w: [8, 12], bias: [12], v: [12, 8], gamma: [8], beta: [8], keys: [4, 6, 8] } as const;
const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, f32(...shape)]));
const values = { inputs: spreadInputs(inputs) };

type Given = Readonly<Record<keyof typeof shapes, Tensor>>;
type Build = (given: Given, batched: (x: Tensor) => Tensor) => Tensor;

const outputOf = (build: (given: Given) => Tensor): Graph =>
  trace({ inputs }, ({ inputs: given }) => ({ outputs: { y: build(given as Given) } }));
const over = (count: number) => (x: Tensor) => ops.broadcastTo(x, [count, ...x.shape]);

/** One without kernels for named calls, and one with. */
const targets: readonly Target<unknown>[] = [numberTarget('apart'), wasmTarget({ relaxed: true, threads: 1 })];

/** Operations of all kernels. */
const flops = (graph: Graph, target: Target<unknown>, options: PlanOptions = {}): number =>
  makePlan(graph, target, options).kernels.reduce((sum, { work }) => sum + work.flops, 0);

/** Of x and a batch of it. */
const programs: Readonly<Record<string, Build>> = {
  'a product': ({ x, w }, batched) => ops.einsum('bnk,km->bnm', batched(x), w),
  'a product of what is scaled': ({ x, w }, batched) => ops.einsum('bnk,km->bnm', ops.mul(batched(x), 3), w),
  'a product, turned': ({ x, w }, batched) => ops.einsum('nbk,km->mnb', ops.permute(batched(x), [1, 0, 2]), w),
  'a product behind a new axis': ({ x, w }, batched) =>
    ops.einsum('banck,km->bnm', ops.reshape(batched(x), [batched(x).shape[0]!, 1, 5, 1, 8]), w),
  'a layer with its activation': ({ x, w, bias }, batched) => ops.linear(batched(x), w, bias, { activation: 'gelu' }),
  'two layers and a norm': ({ x, w, bias, v, gamma, beta }, batched) => {
    const hidden = ops.linear(batched(x), w, bias, { activation: 'silu' });
    return ops.layerNorm(ops.einsum('bnm,mk->bnk', hidden, v), gamma, beta);
  },
  'a norm': ({ x, gamma, beta }, batched) => ops.layerNorm(batched(x), gamma, beta),
  'a softmax of a product': ({ x, w }, batched) => ops.softmax(ops.einsum('bnk,km->bnm', batched(x), w)),
};

describe.each(targets.map((target) => [target.name, target] as const))('planned for %s', (_name, target) => {
  it.each(Object.entries(programs))('over a batch, %s is computed once', (_, build) => {
    const [one, three, eight] = [1, 3, 8].map((count) => outputOf((given) => build(given, over(count))));
    expect(flops(three!, target)).toBe(flops(one!, target));
    expect(flops(eight!, target)).toBe(flops(one!, target));
    // The plain meaning knows nothing of it.
    const plain = { generic: true };
    expect(flops(eight!, target, plain)).toBe(8 * flops(one!, target, plain));
  });

  it('layers of a constant have one row', () => {
    const layers = (...lead: number[]): Graph =>
      outputOf(({ w, bias, v }) => {
        const hidden = ops.linear(ops.fill([...lead, 8], 0.5), w, bias, { activation: 'gelu' });
        return ops.einsum('bnm,mk->bnk', hidden, v);
      });
    expect(flops(layers(6, 5), target)).toBe(flops(layers(1, 1), target));
  });

  describe('is computed for each of a batch', () => {
    /** Twice the batch takes twice the operations. */
    const grows = (build: (given: Given, count: number) => Tensor): void => {
      const [two, four] = [2, 4].map((count) =>
        flops(
          outputOf((given) => build(given, count)),
          target,
        ),
      );
      expect(four! / two!).toBeGreaterThan(1.8);
    };

    it('what the other factor has a batch of', () =>
      grows(({ x, keys }, count) =>
        ops.einsum('bnk,btk->bnt', over(count)(x), ops.slice(keys, [0, 0, 0], [count, 6, 8])),
      ));

    it('what its place counts in', () =>
      grows(({ x, w }, count) => {
        const batched = over(count)(x);
        const place = ops.cast(ops.iota(batched.shape, 0), 'f32');
        return ops.einsum('bnk,km->bnm', ops.add(batched, place), w);
      }));

    it('what is joined with another axis', () =>
      grows(({ x, w }, count) => ops.matmul(ops.reshape(over(count)(x), [5 * count, 8]), w)));

    it('what lives in memory because the program says so', () =>
      grows(({ x, w }, count) => ops.einsum('bnk,km->bnm', ops.stored(ops.mul(over(count)(x), 3)), w)));

    it('what is summed over it', () =>
      grows(({ x, keys }, count) =>
        ops.einsum('bnk,btk->nt', over(count)(x), ops.slice(keys, [0, 0, 0], [count, 6, 8])),
      ));
  });
});

describe.each(compiledBackends)('on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  const run = async (graph: Graph): Promise<number[]> => {
    using program = await compileGraph(backend, graph);
    await program.run(values.inputs);
    return [...(await program.read('y'))];
  };

  it.each(Object.entries(programs))('%s is the same numbers', async (_, build) => {
    expect(
      await worstError(
        backend,
        outputOf((given) => build(given, over(3))),
        values,
      ),
    ).toBeLessThan(1e-5);
  });

  it('a row of one number is as long as it was', async () => {
    const graph = outputOf(({ x }) => {
      const rows = over(3)(x);
      return ops.softmax(ops.broadcastTo(ops.sum(rows, -1, { keepDims: true }), rows.shape));
    });
    expect(await worstError(backend, graph, values)).toBeLessThan(1e-5);
  });

  it('each repeat is the same to the bit', async () => {
    const build = programs['two layers and a norm']!;
    const three = await run(outputOf((given) => build(given, over(3))));
    expect(three.slice(40, 80)).toEqual(three.slice(0, 40));
    expect(three.slice(80)).toEqual(three.slice(0, 40));
  });

  it('gradients are those of the oracle', async () => {
    const graph = trace({ inputs }, ({ inputs: given }) => {
      const y = programs['two layers and a norm']!(given as Given, over(3));
      const weights = ops.cast(ops.iota(y.shape, 0), 'f32');
      const { x, w, v, gamma } = given;
      return { outputs: ops.grad(ops.sum(ops.mul(y, weights)), { x: x!, w: w!, v: v!, gamma: gamma! }) };
    });
    expect(await worstError(backend, graph, values)).toBeLessThan(1e-5);
  });
});
