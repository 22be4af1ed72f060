// Reference: the rules of choice stated beside the kernels. What the kernels compute is compared with the oracle in
// shapes.test.ts.
import { describe, expect, it } from 'vitest';
import type { PlanOptions } from '../index';
import { EXPANSION } from '../plan/candidate';
import { makePlan } from '../plan/plan';
import { type AttentionProblem, attentionProgram } from '../testing/attention-cases';
import { type WebGpuTarget, webgpuTarget } from './target';
import { LARGE_MATRIX } from './wgsl/attention-variants';

const forced = (name: string): PlanOptions => ({ variants: { attention: name, attentionBackward: name } });

describe('what is planned', () => {
  const small: AttentionProblem = { batch: 2, queries: 16, keys: 24, heads: 2, depth: 8, width: 8 };
  const large: AttentionProblem = { queries: 256, keys: LARGE_MATRIX / 1024 + 4, heads: 4, depth: 8, width: 8 };
  const limits = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256 };
  const target = (software: boolean, workgroupMemory = 32768) =>
    webgpuTarget({
      description: '',
      software,
      subgroupSize: software ? 8 : 0,
      limits: { ...limits, maxComputeWorkgroupStorageSize: workgroupMemory },
    } as never);
  const forms = (test: AttentionProblem, on: WebGpuTarget, options: PlanOptions = {}): string[] =>
    makePlan(attentionProgram(test).graph, on, options).kernels.map(({ form }) => form);
  const fused = (list: readonly string[]): string[] => list.filter((form) => form.startsWith('attention'));

  it('on a GPU, the fused kernels', () => {
    const list = forms(small, target(false));
    expect(fused(list)).toEqual([
      'attention fused 4x16x24x8 by 16x32',
      'attentionBackward rows 64x8',
      'attentionBackward queries 4x16x24x8 by 16x32',
      'attentionBackward keys 4x24x16x8 by 32x16',
    ]);
    expect(list.some((form) => form.startsWith('softmax'))).toBe(false);
  });

  it('on a software adapter, matrix products and one softmax, kept for the backward', () => {
    const list = forms(small, target(true));
    expect(fused(list)).toEqual([]);
    expect(list.filter((form) => form.startsWith('softmax'))).toHaveLength(1);
    expect(list.filter((form) => form.startsWith('contract'))).toHaveLength(6);
  });

  it('on a software adapter, the fused kernels where the logits are many', () => {
    expect(fused(forms(large, target(true)))).toHaveLength(4);
  });

  it('by name, the expansion', () => {
    expect(fused(forms(small, target(false), forced(EXPANSION)))).toEqual([]);
  });

  it.each([
    ['a head size that is no multiple of 4', { ...small, depth: 6 }, 32768],
    ['a head size above 128', { ...small, width: 132 }, 32768],
    ['tiles that workgroup memory cannot hold', { ...small, depth: 128, width: 128 }, 8192],
  ] as const)('with %s, the expansion', (_, test, workgroupMemory) => {
    expect(fused(forms(test, target(false, workgroupMemory)))).toEqual([]);
  });

  it('no matrix of queries by keys in memory', () => {
    const live = (options: PlanOptions): number =>
      makePlan(attentionProgram(large).graph, target(true), options).liveBound / 4;
    expect(live(forced(EXPANSION))).toBeGreaterThan(LARGE_MATRIX);
    expect(live({})).toBeLessThan(LARGE_MATRIX / 8);
  });
});
