/**
 * Reference: closed forms, worked out by hand from the tiles. For 2 heads of 40 queries and 30 keys, q and k 8 wide and v
 * 12 wide: a subgroup of 8 lanes owns 4 rows a lane and meets 16 partners a turn; a workgroup owns 32 rows and meets 32.
 */
import { describe, expect, it } from 'vitest';
import * as ops from '../../index';
import { f32, trace } from '../../index';
import { makePlan } from '../../plan/plan';
import { webgpuTarget } from '../target';

const heads = 2;
const inputs = { q: f32(1, 40, 16), k: f32(1, 30, 16), v: f32(1, 30, 24) };
const graph = trace({ inputs }, ({ inputs: { q, k, v } }) => {
  const o = ops.attention(q, k, v, heads);
  const { dq, dk, dv } = ops.grad(ops.sum(ops.square(o)), { dq: q, dk: k, dv: v });
  return { outputs: { o, dq, dk, dv } };
});

function kernelsOf(name: string, profile: object) {
  const limits = {
    maxStorageBuffersPerShaderStage: 8,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 32768,
  };
  const variants = { attention: name, attentionBackward: name };
  const { kernels } = makePlan(graph, webgpuTarget({ description: '', ...profile, limits } as never), { variants });
  const found = (form: string) => kernels.find((k) => k.form.startsWith(form))!;
  return {
    forward: found('attention fused'),
    along: found('attentionBackward rows'),
    queries: found('attentionBackward queries'),
    keys: found('attentionBackward keys'),
  };
}

const perQuery = heads * 40;

it('Σ do·o loads both once', () => {
  const { along } = kernelsOf('subgroup-tiles', { software: true, subgroupSize: 8 });
  expect(along.work).toEqual({ flops: 2 * perQuery * 12, loads: 2 * perQuery * 12, stores: perQuery });
});

describe('by subgroups', () => {
  const { forward, queries, keys } = kernelsOf('subgroup-tiles', { software: true, subgroupSize: 8 });
  const lanes = 8;

  it('the forward loads own rows by each lane, partners once a subgroup, and its sums in every turn', () => {
    const [groups, turns] = [2 * heads, 2];
    expect(forward.items).toBe(groups);
    expect(forward.work).toEqual({
      // Products, softmax and sums; per row and turn the sum of weights, the shift of 12 sums, and 4 for the rest.
      flops: groups * turns * (32 * 16 * (2 * 8 + 4 + 2 * 12) + 32 * (16 + 12 + 4)) + perQuery * 12,
      loads: groups * turns * lanes * (8 * (4 + 2) + 12 * (4 + 2)) + perQuery * 12,
      stores: perQuery * (turns * 12 + 12 + 1),
    });
  });

  it('dq loads what is saved of its queries once', () => {
    const [groups, turns] = [2 * heads, 2];
    expect(queries.work).toEqual({
      flops: groups * turns * 32 * 16 * (2 * 8 + 2 * 12 + 6 + 2 * 8),
      loads: groups * lanes * (turns * (8 * 6 + 12 * 6 + 8 * 6) + 4 * 2),
      stores: perQuery * turns * 8,
    });
  });

  it('dk and dv load what is saved of their partners in every turn', () => {
    // 30 keys fill 3 rows of each lane: of powers of two, 2.
    const [groups, turns, rows] = [2 * heads, 3, 2];
    expect(keys.work).toEqual({
      flops: groups * turns * 16 * 16 * (2 * 8 + 2 * 12 + 6 + 2 * 12 + 2 * 8),
      loads: groups * lanes * turns * (2 * (8 + 12) * (rows + 2) + 2 * 2),
      stores: heads * 30 * turns * (8 + 12),
    });
  });
});

describe('by workgroups', () => {
  const { forward, queries, keys } = kernelsOf('workgroup-tiles', { software: false, subgroupSize: 0 });

  it('the forward loads its tiles once, and stores sums once', () => {
    const [groups, turns] = [2 * heads, 1];
    expect(forward.items).toBe(groups);
    expect(forward.work).toEqual({
      // 128 lanes each sum a quad and the weights of a row; a row's maximum is that of 16 lanes.
      flops: groups * turns * (32 * 32 * (2 * 8 + 4 + 2 * 12) + 128 * (32 + 5) + 32 * (16 + 2)) + perQuery * 12,
      loads: groups * (32 * 8 + turns * 32 * (8 + 12)),
      stores: perQuery * (12 + 1),
    });
  });

  it('dq: both tiles, and two saved numbers for each of a lane’s 4 rows', () => {
    const [groups, turns] = [2 * heads, 1];
    expect(queries.work).toEqual({
      flops: groups * turns * 32 * 32 * (2 * 8 + 2 * 12 + 6 + 2 * 8),
      loads: groups * (32 * (8 + 12) + 128 * 4 * 2 + turns * 32 * (8 + 12)),
      stores: perQuery * 8,
    });
  });

  it('dk and dv: both tiles, and two saved numbers for each of a lane’s 2 columns', () => {
    const [groups, turns] = [heads, 2];
    expect(keys.work).toEqual({
      flops: groups * turns * 32 * 32 * (2 * 8 + 2 * 12 + 6 + 2 * 12 + 2 * 8),
      loads: groups * (32 * (8 + 12) + turns * (32 * (8 + 12) + 128 * 2 * 2)),
      stores: heads * 30 * (8 + 12),
    });
  });
});
