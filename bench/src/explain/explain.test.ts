// Reference: the usage text; the graph that the benchmark's step is.
import { explain, givenTarget, makePlan } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { TINY_SMALLBATCH } from '../configs';
import { timedGraph } from '../peers/noisesmith/train-step';
import { parseExplainOptions } from './options';

describe('options', () => {
  it('reads the ceilings of another adapter', () => {
    const { ceilings } = parseExplainOptions(['--ceilings', '60e12,0.8e12']);
    expect(ceilings).toEqual({
      flopsPerSecond: 6e13,
      loadsPerSecond: 8e11,
      dispatchSeconds: 5e-6,
      counted: 'distinct',
    });
    expect(parseExplainOptions(['--ceilings', '1,2,3']).ceilings!.dispatchSeconds).toBe(3);
  });
  it.each([
    [['--ceilings', '60e12'], '--ceilings: "60e12", expected FLOPS,LOADS'],
    [['--ceilings', '1,0'], '--ceilings: "1,0", expected FLOPS,LOADS'],
    [['--top', '1.5'], '--top: "1.5", expected a whole number of at least 0'],
    [['--steps', '0'], '--steps: "0", expected a whole number of at least 1'],
    [['--backend', 'cuda'], '--backend: "cuda", expected webgpu or wasm'],
    [['--config', 'huge'], '--config: unknown config "huge"'],
  ])('refuses %j', (args, message) => {
    expect(() => parseExplainOptions(args)).toThrow(message);
  });
  it('prints all rows for --top 0', () => {
    expect(parseExplainOptions(['--top', '0']).top).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the train step', () => {
  it('has an estimate from two ceilings that scales with them', () => {
    const plan = makePlan(timedGraph(TINY_SMALLBATCH), givenTarget);
    const fast = { flopsPerSecond: 1e12, loadsPerSecond: 1e11, dispatchSeconds: 1e-6, counted: 'distinct' as const };
    const slow = { ...fast, flopsPerSecond: 1e11, loadsPerSecond: 1e10, dispatchSeconds: 1e-5 };
    const { rows: explained, total } = explain(plan, fast);
    expect(explained).toHaveLength(plan.kernels.length);
    expect(explain(plan, slow).total.floorSeconds / total.floorSeconds).toBeCloseTo(10, 9);
    const contractions = explained.filter(({ form }) => form.startsWith('contract'));
    const flops = contractions.reduce((sum, { work }) => sum + work.flops, 0);
    // Matrix products are most of what a RIN computes.
    expect(flops / total.work.flops).toBeGreaterThan(0.5);
  });
});
