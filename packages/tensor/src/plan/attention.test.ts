// Reference: the oracle in double precision, which runs the expansions of attention and of its backward; for what is
// planned, the rules of choice stated beside the kernels. Errors are relative to the largest element of each output: the
// kernels' float32 sums stay within the tolerance, as the expansion does on the same adapter (largest seen: 3e-5, in dq,
// whose terms cancel).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { type Device, f32, openDevice, type PlanOptions, type Tensor, trace } from '../index';
import { sizeOf } from '../ir/shape';
import { worstError } from '../testing/compare';
import { spread } from '../testing/finite-differences';
import { attentionKernels, LARGE_MATRIX } from '../wgsl/attention-variants';
import { makePlan } from './plan';
import { EXPANSION } from './variant';

const TOLERANCE = 5e-5;

interface Case {
  readonly batch?: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly depth: number;
  readonly width: number;
}

const ALL = ['q', 'k', 'v'] as const;

function graphOf({ batch = 1, queries, keys, heads, depth, width }: Case, by: readonly (typeof ALL)[number][] = ALL) {
  const inputs = {
    q: f32(batch, queries, heads * depth),
    k: f32(batch, keys, heads * depth),
    v: f32(batch, keys, heads * width),
  };
  const graph = trace({ inputs }, ({ inputs: given }) => {
    const o = ops.attention(ops.mul(given.q, 3), given.k, given.v, heads);
    const gradients = ops.grad(
      ops.sum(ops.mul(o, ops.add(o, 1))),
      by.map((name) => given[name]),
    );
    // With one key its weight is 1: the true dq and dk are zeros, small only beside dv.
    const outputs: Record<string, Tensor> =
      keys === 1
        ? {
            all: ops.concat(
              gradients.map((g) => ops.reshape(g, [g.size])),
              0,
            ),
          }
        : Object.fromEntries(by.map((name, i) => [`d${name}`, gradients[i]!]));
    return { outputs: { o, ...outputs } };
  });
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }], i) => [name, Float32Array.from(spread(sizeOf(shape), i + 1))]),
  );
  return { graph, values };
}

const forced = (name: string): PlanOptions => ({ variants: { attention: name, attentionBackward: name } });
const named = ({ batch = 1, queries, keys, heads, depth, width }: Case): string =>
  `${batch} of ${queries} queries and ${keys} keys, ${heads} heads of ${depth} and ${width}`;

describe('on a device', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const cases: Case[] = [
    { queries: 1, keys: 1, heads: 1, depth: 4, width: 4 },
    { queries: 13, keys: 1, heads: 3, depth: 4, width: 12 },
    { queries: 1, keys: 13, heads: 2, depth: 8, width: 4 },
    { batch: 2, queries: 17, keys: 31, heads: 4, depth: 16, width: 8 },
    // Whole tiles.
    { batch: 2, queries: 64, keys: 32, heads: 1, depth: 8, width: 8 },
    { queries: 131, keys: 37, heads: 2, depth: 12, width: 36 },
    { queries: 9, keys: 19, heads: 1, depth: 124, width: 20 },
    // Many partners for few rows: passes in parts, of which the last is ragged.
    { queries: 3, keys: 601, heads: 2, depth: 4, width: 8 },
    { queries: 601, keys: 5, heads: 1, depth: 8, width: 4 },
  ];
  for (const { name } of attentionKernels) {
    for (const test of cases) {
      it(`${name}, ${named(test)}`, async () => {
        const { graph, values } = graphOf(test);
        expect(await worstError(device, graph, { inputs: values }, forced(name))).toBeLessThan(TOLERANCE);
      });
    }
    for (const by of [[], ['q'], ['v']] as const) {
      it(`${name}, gradients of [${by}] alone`, async () => {
        const { graph, values } = graphOf({ queries: 5, keys: 11, heads: 2, depth: 4, width: 8 }, by);
        expect(await worstError(device, graph, { inputs: values }, forced(name))).toBeLessThan(TOLERANCE);
      });
    }
  }
});

describe('what is planned', () => {
  const small: Case = { batch: 2, queries: 16, keys: 24, heads: 2, depth: 8, width: 8 };
  const large: Case = { queries: 256, keys: LARGE_MATRIX / 1024 + 4, heads: 4, depth: 8, width: 8 };
  const limits = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256 };
  const profile = (software: boolean, workgroupMemory = 32768) =>
    ({
      software,
      subgroupSize: software ? 8 : 0,
      limits: { ...limits, maxComputeWorkgroupStorageSize: workgroupMemory },
    }) as never;
  const forms = (test: Case, on: never, options: PlanOptions = {}): string[] =>
    makePlan(graphOf(test).graph, on, options).kernels.map(({ form }) => form);
  const fused = (list: readonly string[]): string[] => list.filter((form) => form.startsWith('attention'));

  it('on a GPU, the fused kernels', () => {
    const list = forms(small, profile(false));
    expect(fused(list)).toEqual([
      'attention fused 4x16x24x8 by 16x32',
      'attentionBackward rows 64x8',
      'attentionBackward queries 4x16x24x8 by 16x32',
      'attentionBackward keys 4x24x16x8 by 32x16',
    ]);
    expect(list.some((form) => form.startsWith('softmax'))).toBe(false);
  });

  it('on a software adapter, matrix products and one softmax, kept for the backward', () => {
    const list = forms(small, profile(true));
    expect(fused(list)).toEqual([]);
    expect(list.filter((form) => form.startsWith('softmax'))).toHaveLength(1);
    expect(list.filter((form) => form.startsWith('contract'))).toHaveLength(6);
  });

  it('on a software adapter, the fused kernels where the logits are many', () => {
    expect(fused(forms(large, profile(true)))).toHaveLength(4);
  });

  it('by name, the expansion', () => {
    expect(fused(forms(small, profile(false), forced(EXPANSION)))).toEqual([]);
  });

  it.each([
    ['a head size that is no multiple of 4', { ...small, depth: 6 }, 32768],
    ['a head size above 128', { ...small, width: 132 }, 32768],
    ['tiles that workgroup memory cannot hold', { ...small, depth: 128, width: 128 }, 8192],
  ] as const)('with %s, the expansion', (_, test, workgroupMemory) => {
    expect(fused(forms(test, profile(false, workgroupMemory)))).toEqual([]);
  });

  it('no matrix of queries by keys in memory', () => {
    const live = (options: PlanOptions): number => makePlan(graphOf(large).graph, profile(true), options).liveBound;
    expect(live(forced(EXPANSION))).toBeGreaterThan(LARGE_MATRIX);
    expect(live({})).toBeLessThan(LARGE_MATRIX / 8);
  });
});
