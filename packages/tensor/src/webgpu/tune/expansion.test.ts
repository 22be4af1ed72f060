// References: the oracle in double precision, which runs the expansions of attention and of its gradient, for every pair of
// ways to compute the two; the plan's own kernels for what an expanded site names; a tuned program's plan for what was chosen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../../index';
import {
  type AdapterProfile,
  type Device,
  f32,
  type Graph,
  openDevice,
  type TunedSite,
  trace,
  tune,
} from '../../index';
import { EXPANSION } from '../../plan/candidate';
import { makePlan } from '../../plan/plan';
import { worstError } from '../../testing/compare';
import { spread } from '../../testing/finite-differences';
import type { DevicePlan } from '../program';
import { type WebGpuTarget, webgpuTarget } from '../target';
import { LARGE_MATRIX } from '../wgsl/attention-variants';
import { DeviceTrial } from './device-trial';

const TOLERANCE = 5e-5;

const targetOf = (software: boolean) =>
  webgpuTarget({
    description: '',
    software,
    subgroupSize: software ? 8 : 0,
    limits: {
      maxStorageBuffersPerShaderStage: 8,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupStorageSize: 32768,
      maxStorageBufferBindingSize: 2 ** 27,
    },
  } as AdapterProfile);

/** Self attention between its projections, as a layer of a network has it; with gradients if asked for. */
function graphOf({ batch = 2, tokens = 24, width = 16, heads = 2, gradients = true } = {}): Graph {
  const inputs = { x: f32(batch, tokens, width), w: f32(width, width), u: f32(width, width) };
  return trace({ inputs }, ({ inputs: { x, w, u } }) => {
    const keys = ops.matmul(x, w);
    const y = ops.matmul(ops.attention(ops.mul(x, 2), keys, ops.gelu(keys), heads), u);
    const loss = ops.sum(ops.square(y));
    const slopes: Record<string, ops.Tensor> = gradients ? { ...ops.grad(loss, { x, w, u }) } : {};
    return { outputs: { y, ...slopes } };
  });
}

const values = {
  inputs: {
    x: Float32Array.from(spread(2 * 24 * 16, 1)),
    w: Float32Array.from(spread(16 * 16, 2)),
    u: Float32Array.from(spread(16 * 16, 3)),
  },
};

const siteOf = ({ sites }: DevicePlan, name: string) => sites.find(({ key }) => key.split(' ')[0] === name)!;
const plan = (graph: Graph, target: WebGpuTarget, choices: Readonly<Record<string, string>> = {}): DevicePlan =>
  makePlan(graph, target, { choices: new Map(Object.entries(choices)) });
const attentions = ['attention', 'attentionBackward'] as const;

describe('the candidates of attention and of its gradient', () => {
  it.each(attentions)('%s: fused before expanded on a GPU, the other way round on a software adapter', (name) => {
    expect(siteOf(plan(graphOf(), targetOf(false)), name).candidates).toEqual(['workgroup-tiles', EXPANSION]);
    expect(siteOf(plan(graphOf(), targetOf(true)), name).candidates).toEqual([EXPANSION, 'subgroup-tiles']);
  });

  it.each(attentions)('%s: none but the fused where the matrix of queries by keys would be too large', (name) => {
    const large = graphOf({ batch: 1, tokens: Math.sqrt(LARGE_MATRIX), heads: 4 });
    expect(siteOf(plan(large, targetOf(false)), name).candidates).toEqual(['workgroup-tiles']);
    expect(siteOf(plan(large, targetOf(true)), name).candidates).toEqual(['subgroup-tiles']);
  });

  it('are no choice where no kernel can do the call', () => {
    const { sites } = plan(graphOf({ width: 12, heads: 2 }), targetOf(false));
    expect(sites.filter(({ key }) => key.startsWith('attention'))).toEqual([]);
  });
});

describe('the kernels of an expanded site', () => {
  const formsOf = ({ kernels }: DevicePlan, indices: readonly number[]): string[] =>
    indices.map((i) => kernels[i]!.form.split(' ')[0]!);

  it('are two products and a softmax, not the projections around them', () => {
    const graph = graphOf({ gradients: false });
    const expanded = plan(graph, targetOf(true));
    const { chosen, kernels } = siteOf(expanded, 'attention');
    expect(chosen).toBe(EXPANSION);
    expect(formsOf(expanded, kernels)).toEqual(['contract', 'softmax', 'contract']);
    expect(expanded.kernels.filter(({ form }) => form.startsWith('contract'))).toHaveLength(4);
  });

  it('are of the forward and of the backward where both use them: the weights', () => {
    const both = plan(graphOf(), targetOf(true));
    const [forward, backward] = attentions.map((name) => siteOf(both, name).kernels);
    const shared = forward!.filter((i) => backward!.includes(i));
    expect(formsOf(both, shared)).toEqual(['contract', 'softmax']);
    // The products for weights, dWeights, dq, dk and dv.
    expect(formsOf(both, backward!).filter((form) => form === 'contract')).toHaveLength(5);
  });

  it('are those of the backward alone where the forward is fused', () => {
    const fused = siteOf(plan(graphOf(), targetOf(true)), 'attention').key;
    const mixed = plan(graphOf(), targetOf(true), { [fused]: 'subgroup-tiles' });
    expect(formsOf(mixed, siteOf(mixed, 'attention').kernels)).toEqual(['attention']);
    const { kernels } = siteOf(mixed, 'attentionBackward');
    expect(formsOf(mixed, kernels).filter((form) => form === 'softmax')).toHaveLength(1);
    expect(kernels).not.toEqual(expect.arrayContaining([...siteOf(mixed, 'attention').kernels]));
  });
});

describe('on a device', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const ways = ['expanded', 'fused'] as const;
  /** A way by the name that it has on this adapter: kernels that compute attention whole are others on a GPU than on a CPU. */
  const named = (way: (typeof ways)[number]): string =>
    siteOf(plan(graphOf(), device.target), 'attention').candidates.find(
      (one) => (one === EXPANSION) === (way === 'expanded'),
    )!;
  it.each(ways.flatMap((forward) => ways.map((backward) => [forward, backward] as const)))(
    'forward %s and backward %s agree with the oracle',
    async (forward, backward) => {
      const ruled = plan(graphOf(), device.target);
      const both = [forward, backward].map(named);
      const choices = new Map(attentions.map((name, i) => [siteOf(ruled, name).key, both[i]!]));
      const chosen = makePlan(graphOf(), device.target, { choices });
      expect(attentions.map((name) => siteOf(chosen, name).chosen)).toEqual(both);
      expect(await worstError(device, graphOf(), values, { choices })).toBeLessThan(TOLERANCE);
    },
  );

  it('together, both expanded, count once what they share, and both fused share nothing', async () => {
    const trial = new DeviceTrial(device, graphOf(), { over: () => false, storage: 'f32' });
    const keys = attentions.map((name) => siteOf(plan(graphOf(), device.target), name).key);
    const all = (way: string) => new Map(keys.map((key) => [key, way]));
    const costs = async (way: string) => [...(await trial.measure(all(way), keys)).values()];
    expect(trial.together(all(EXPANSION), keys)).toBeUndefined();
    const [forward, backward] = await costs(EXPANSION);
    const both = trial.together(all(EXPANSION), keys)!;
    expect(both).toBeLessThan(forward! + backward!);
    // All of the forward but for its last product is of the backward too, and so is another product with that one's key.
    const { sites } = plan(graphOf(), device.target, Object.fromEntries(all(EXPANSION)));
    const last = sites.find(({ key }) => key === keys[0])!.kernels.at(-1)!;
    const product = sites.find(({ kernels }) => kernels.length === 1 && kernels[0] === last)!;
    expect(trial.together(all(EXPANSION), [product.key, keys[1]!])).toBeCloseTo(both, 9);
    const fused = named('fused');
    const [fusedForward, fusedBackward] = await costs(fused);
    expect(trial.together(all(fused), keys)).toBeCloseTo(fusedForward! + fusedBackward!, 9);
  });

  it('tuning measures both ways of each, then the sites that are left', async () => {
    const measured: TunedSite[] = [];
    const { choices } = await tune(device, graphOf(), { onSite: (site) => measured.push(site) });
    const first = measured.slice(0, 2);
    expect(first.map(({ key }) => key.split(' ')[0])).toEqual([...attentions]);
    for (const { key, costs, chosen } of first) {
      expect(new Set(costs.keys())).toEqual(new Set(ways.map(named)));
      expect(choices[key]).toBe(chosen);
    }
    const { sites } = plan(graphOf(), device.target, choices);
    for (const { key, candidates, chosen } of sites) {
      if (candidates.length > 1) expect(choices[key]).toBe(chosen);
    }
  });
});
