/**
 * Reference: the float64 oracle, with the same tensors rounded to 16-bit floats where a program stores few of them, so
 * that what is left is f32 rounding; without rounding, within a tolerance for 2⁻¹¹ in every stored value, where it stores
 * many: there one value rounded the other way moves all that stand on it. Needs an adapter with the feature shader-f16, as
 * lavapipe is: on another the file fails and says so, since a test that skips itself proves nothing. WebAssembly keeps no
 * 16-bit floats (wasm/target.test.ts).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import {
  compile,
  compileGraph,
  type Device,
  type DeviceCompileOptions,
  evaluate,
  f32,
  interpret,
  openDevice,
  trace,
} from '../index';
import { reachable } from '../ir/tensor';
import { roundToHalf } from '../oracle/half';
import { type CaseProgram, differentiated } from '../testing/kernel-case';
import { latentBlock } from '../testing/latent-block';
import '../testing/quick-shaders';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from '../testing/train-program';
import { webgpuTarget } from '../webgpu/target';
import { contractVariants } from '../webgpu/wgsl/kernels/contract';
import { EXPANSION } from './candidate';
import { makePlan, type PlanOptions } from './plan';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
  expect(device.profile.halves, 'these tests need an adapter with the feature shader-f16').toBe(true);
});
afterAll(() => device.destroy());

const HALF = { storage: 'f16' } as const;

const stateOf = (weights: Float32Array): Record<string, Float32Array> => ({
  params: weights,
  m: weights,
  v: weights.map(Math.abs),
  average: weights,
});

const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));
/** ‖got − truth‖ / ‖truth‖. */
const distance = (got: ArrayLike<number>, truth: ArrayLike<number>): number =>
  norm(Array.from(truth, (t, i) => got[i]! - t)) / norm(truth);

/** Results with 16-bit storage: their distances from the oracle that rounds as the plan does, and from the plain one. */
async function distances({ graph, values }: CaseProgram, options: DeviceCompileOptions = {}) {
  using program = await compileGraph(device, graph, { ...options, ...HALF });
  await program.run(values.inputs);
  const { half } = program.plan;
  const [rounded, plain] = [interpret(graph, values, { half }), interpret(graph, values)];
  const found: { name: string; rounded: number; plain: number }[] = [];
  for (const name of Object.keys(graph.outputs)) {
    const got = await program.read(name);
    const [near, far] = [rounded, plain].map(({ outputs }) => distance(got, outputs[name]!));
    found.push({ name, rounded: near!, plain: far! });
  }
  return found;
}

describe('a stored value', () => {
  it.each([
    [8, 16],
    [7, 5],
  ])('is the nearest 16-bit float, %i × %i', async (rows, columns) => {
    const spec = { inputs: { x: f32(rows, columns), unit: f32(columns, columns) } } as const;
    // The product with the unit matrix is stored, and read transposed.
    using program = await compile(
      device,
      spec,
      ({ inputs }) => ({ outputs: { y: ops.mul(ops.transpose(ops.einsum('mk,kn->mn', inputs.x, inputs.unit)), 2) } }),
      HALF,
    );
    const x = Float32Array.from(
      { length: rows * columns },
      (_, i) => (i % 3 === 0 ? -1 : 1) * 1.37 ** (i - 20) * 1.0003,
    );
    x.set([65503, 65519, -65520, 1e30, 2049, 2051, 1 + 3 * 2 ** -11, -(1 + 2 ** -11 + 2 ** -20)]);
    const unit = Float32Array.from({ length: columns ** 2 }, (_, i) => (i % (columns + 1) === 0 ? 1 : 0));
    await program.run({ x, unit });
    const y = await program.read('y');
    x.forEach((value, i) => {
      const at = (i % columns) * rows + Math.floor(i / columns);
      // Adapters may take what is below the smallest normal number for zero.
      const expected = Math.abs(value) < 2 ** -14 ? expect.closeTo(value, 4) : roundToHalf(value);
      expect(y[at]! / 2).toEqual(expected);
    });
  });

  it.each([
    [[64, 96], 24576, 12288],
    [[7, 5], 140, 72],
  ] as const)('%o takes %i bytes as f32 and %i as f16', (shape, whole, half) => {
    const graph = trace({ inputs: { x: f32(...shape) } }, ({ inputs }) => ({
      outputs: { y: ops.mul(ops.transpose(ops.einsum('ab,ab->ab', inputs.x, inputs.x)), 2) },
    }));
    const plans = [{}, HALF].map((options) => makePlan(graph, device.target, options));
    // Beside it lies the result, in full.
    expect(plans.map(({ slots }) => slots)).toEqual([
      [whole, whole],
      [whole, half],
    ]);
    expect(plans.map(({ liveBound }) => liveBound)).toEqual([2 * whole, whole + half]);
  });
});

describe('kernels beside an oracle that rounds the same tensors', () => {
  const mlp = (rows: number, inner: number, hidden: number, outer: number): CaseProgram =>
    differentiated([[rows, inner], [inner, hidden], [hidden], [hidden, outer]], (x, w, bias, v) =>
      ops.matmul(ops.linear(x!, w!, bias!, { activation: 'gelu' }), v!),
    );
  const normed = (): CaseProgram =>
    differentiated([[20, 36], [36], [36], [36, 8]], (x, gamma, beta, w) =>
      ops.matmul(ops.softmax(ops.layerNorm(x!, gamma!, beta!)), w!),
    );
  const attended = (): CaseProgram =>
    differentiated(
      [
        [2, 20, 32],
        [2, 36, 32],
        [2, 36, 32],
        [32, 8],
      ],
      (q, k, v, w) => ops.einsum('bqd,de->bqe', ops.attention(q!, k!, v!, 4), w!),
    );
  /** A product that is computed once and kept, of rows that repeat. */
  const repeated = (): CaseProgram =>
    differentiated(
      [
        [18, 28],
        [28, 12],
        [3, 12, 8],
      ],
      (x, w, v) => {
        const y = ops.einsum('bnk,km->bnm', ops.broadcastTo(x!, [3, 18, 28]), w!);
        return ops.einsum('bnm,bmo->bno', y, v!);
      },
    );
  const rows = (kernel: string): PlanOptions => ({
    variants: { layerNorm: kernel, layerNormBackward: kernel, softmax: kernel, softmaxBackward: kernel },
  });
  const attention = (kernel: string): PlanOptions => ({ variants: { attention: kernel, attentionBackward: kernel } });
  it.each<[string, CaseProgram, PlanOptions]>([
    ['the plain lowering', mlp(18, 28, 44, 12), { generic: true }],
    ['a product that repeats', repeated(), {}],
    ...contractVariants.flatMap((contract): [string, CaseProgram, PlanOptions][] => [
      [`${contract.name}, vectors`, mlp(18, 28, 44, 12), { variants: { contract: contract.name } }],
      [`${contract.name}, single values`, mlp(17, 23, 41, 11), { variants: { contract: contract.name } }],
    ]),
    ...['subgroup-rows', 'workgroup-rows', 'invocation-rows'].map((kernel): [string, CaseProgram, PlanOptions] => [
      kernel,
      normed(),
      rows(kernel),
    ]),
    ['attention workgroup-tiles', attended(), attention('workgroup-tiles')],
    ['attention expansion', attended(), attention(EXPANSION)],
  ])('%s', async (_, program, options) => {
    for (const { name, rounded, plain } of await distances(program, options)) {
      expect(rounded, name).toBeLessThan(1e-4);
      expect(plain, name).toBeLessThan(4e-3);
    }
  });

  it('sums that lie in a result while they grow stay f32', async () => {
    const options = attention('subgroup-tiles');
    expect(makePlan(attended().graph, device.target, { ...options, ...HALF }).half.size).toBe(0);
    for (const { name, plain } of await distances(attended(), options)) expect(plain, name).toBeLessThan(2e-5);
  });
});

describe('a block of a RIN and its gradients', () => {
  it('are within 4e-3 of float64', async () => {
    const found = await distances(latentBlock());
    for (const { name, plain } of found) expect(plain, name).toBeLessThan(4e-3);
    // Something was rounded.
    expect(Math.max(...found.map(({ plain }) => plain))).toBeGreaterThan(1e-4);
  });

  it('takes 30 % less memory', () => {
    const [whole, half] = [{}, HALF].map((options) => makePlan(latentBlock().graph, device.target, options).liveBound);
    expect(half).toBeLessThan(0.7 * whole!);
  });
});

describe('a training program', () => {
  it('takes the steps of its f32 self to a hundredth', async () => {
    const initial = trainWeights();
    const after = async (options: DeviceCompileOptions): Promise<{ params: ArrayLike<number>; losses: number[] }> => {
      using program = await compile(device, trainSpec, trainBuild, options);
      program.state.write('params', initial);
      program.state.write('average', initial);
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        await program.run(trainInputs(step), trainScalars(step));
        losses.push((await program.read('loss'))[0]!);
      }
      return { params: await program.state.read('params'), losses };
    };
    const [whole, half] = [await after({}), await after(HALF)];
    expect(distance(half.losses, whole.losses)).toBeLessThan(1e-3);
    const step = (params: ArrayLike<number>): number[] => Array.from(params, (w, i) => w - initial[i]!);
    expect(distance(step(half.params), step(whole.params))).toBeLessThan(1e-2);
  });
});

describe('what stays f32', () => {
  const train = {
    graph: trace(trainSpec, trainBuild),
    values: { inputs: trainInputs(1), scalars: trainScalars(1), state: stateOf(trainWeights()) },
  };
  it.each([
    ['a training program, kernels', train, {}],
    ['a training program, plain', train, { generic: true }],
    ['a block, kernels', latentBlock(), {}],
    ['a block, plain', latentBlock(), { generic: true }],
  ] as const)('gradients, what stands on them, reductions and results: %s', (_, { graph, values }, options) => {
    const { half } = makePlan(graph, device.target, { ...options, ...HALF });
    const [repeated, forward] = [true, false].map((yes) => [...half].filter(({ ofGradient }) => ofGradient === yes));
    expect(forward!.length).toBeGreaterThan(1);
    // What a gradient makes is rounded only where it is a value of the forward pass, computed once for both.
    const known = new Set(evaluate(forward!, values).map(String));
    for (const found of evaluate(repeated!, values)) expect(known).toContain(String(found));
    const results = [...Object.values(graph.outputs), ...Object.values(graph.assigns)];
    for (const t of half) {
      expect(t.dtype).toBe('f32');
      expect(['reduce', 'input', 'state', 'literal']).not.toContain(t.node.kind);
      expect(t.node.kind === 'result' && t.node.index > 0 && t.node.of.node.kind === 'named').toBe(false);
      expect(results).not.toContain(t);
      // A pack holds the gradients.
      expect(reachable([t]).some(({ node }) => node.kind === 'pack')).toBe(false);
    }
  });

  it('a log-sum-exp, though it is no reduction itself', () => {
    const made: Record<string, ops.Tensor> = {};
    const graph = trace({ inputs: { x: f32(16, 8), w: f32(8, 24) } }, ({ inputs }) => {
      const logits = ops.matmul(inputs.x, inputs.w);
      const top = ops.max(logits, 1);
      const sums = ops.sum(ops.exp(ops.sub(logits, ops.reshape(top, [16, 1]))), 1);
      const logSum = ops.add(top, ops.log(sums));
      Object.assign(made, { logits, top, sums, logSum });
      return { outputs: { y: ops.einsum('m,n->mn', logSum, logSum), z: ops.matmul(ops.transpose(logits), logits) } };
    });
    const { half } = makePlan(graph, device.target, HALF);
    expect(Object.keys(made).filter((name) => half.has(made[name]!))).toEqual(['logits']);
  });

  it('everything, unless asked', () => {
    expect(makePlan(train.graph, device.target).half.size).toBe(0);
  });
});

it('says in one line that an adapter has no 16-bit floats', () => {
  const profile = { ...device.profile, halves: false, description: 'an old GPU' };
  expect(() => makePlan(latentBlock().graph, webgpuTarget(profile), HALF)).toThrow(
    /^storage 'f16': an old GPU keeps no 16-bit floats; expected storage 'f32'$/,
  );
});
