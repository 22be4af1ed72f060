// References: the oracle in double precision for the results of every candidate; the device's own counters and the
// plan's list of candidates for what tuning does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../../index';
import { compileGraph, type Device, type Graph, interpret, openDevice, trace, tune, tuningKey } from '../../index';
import { makePlan } from '../../plan/plan';
import type { Choices } from '../../plan/tune/site';
import { vectorGraph, vectorInputs } from '../../plan/tune/testing';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from '../../testing/train-program';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

type Values = Required<NonNullable<Parameters<typeof interpret>[1]>>;

/** Largest difference to the oracle over outputs and new states, each relative to its largest element. */
async function worstError(graph: Graph, values: Values, choices: Choices): Promise<number> {
  using program = await compileGraph(device, graph, { choices });
  for (const [name, data] of Object.entries(values.state)) program.state.write(name, Float32Array.from(data));
  await program.run(values.inputs as Record<string, Float32Array>, values.scalars);
  const { outputs, state } = interpret(graph, values);
  let worst = 0;
  const compare = (truth: Float64Array, got: ArrayLike<number>): void => {
    const scale = truth.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
    truth.forEach((t, i) => {
      worst = Math.max(worst, Math.abs(t - got[i]!) / scale);
    });
  };
  for (const [name, truth] of Object.entries(outputs)) compare(truth, await program.read(name));
  for (const [name, truth] of Object.entries(state)) compare(truth, await program.state.read(name));
  return worst;
}

/** Choices such that between them every site takes each of its candidates. */
function everyCandidate(graph: Graph): Choices[] {
  const { sites } = makePlan(graph, device.target, { choices: new Map() });
  const most = Math.max(...sites.map(({ candidates }) => candidates.length));
  return Array.from(
    { length: most },
    (_, r) => new Map(sites.map(({ key, candidates }) => [key, candidates[r % candidates.length]!])),
  );
}

const programs: Record<string, { graph: Graph; values: Values }> = {
  'a train step': {
    graph: trace(trainSpec, trainBuild),
    values: {
      inputs: trainInputs(0),
      state: { params: trainWeights(), average: trainWeights() },
      scalars: trainScalars(0),
    },
  },
  'products of whole vectors': {
    graph: vectorGraph(),
    values: {
      inputs: vectorInputs(),
      state: {},
      scalars: {},
    },
  },
};

describe.each(Object.entries(programs))('%s', (_, { graph, values }) => {
  it('is right with every candidate of every site', async () => {
    const all = everyCandidate(graph);
    expect(all.length).toBeGreaterThan(2);
    for (const choices of all) expect(await worstError(graph, values, choices)).toBeLessThan(1e-4);
  });
});

describe('tune', () => {
  const spec = { inputs: { x: ops.f32(32, 64) }, state: { w: ops.f32(64, 16) } } as const;
  const small = (): Graph =>
    trace(spec, ({ inputs: { x }, state: { w } }) => ({
      outputs: { y: ops.matmul(x, w) },
      state: { w: ops.mul(w, 2) },
    }));

  it('times every candidate once, returns a table that compile takes, and gives back what it made', async () => {
    const { liveBuffers } = device.counters;
    const progress: ops.TuneProgress[] = [];
    const table = await tune(device, small(), { onProgress: (p) => progress.push(p) });
    const [site] = makePlan(small(), device.target).sites;
    expect(table.key).toBe(tuningKey(device.target));
    expect(Object.keys(table.choices)).toEqual([site!.key]);
    expect(site!.candidates).toContain(table.choices[site!.key]);
    expect(progress.map(({ round }) => round)).toEqual(expect.arrayContaining([...site!.candidates.keys()]));
    expect(progress.every(({ rounds }) => rounds === site!.candidates.length)).toBe(true);
    // Staging buffers for timestamps stay for later reads.
    expect(device.counters.liveBuffers - liveBuffers).toBeLessThanOrEqual(1);

    using program = await compileGraph(device, small(), { tuning: table });
    expect(program.plan.sites[0]!.chosen).toBe(table.choices[site!.key]);
  });

  it('keeps choices for 16-bit storage under keys of their own', async () => {
    const pair = trace({ inputs: { x: ops.f32(64, 64) } }, ({ inputs: { x } }) => ({
      outputs: { y: ops.matmul(ops.matmul(x, x), x) },
    }));
    const keysOf = (options: ops.PlanOptions): string[] =>
      makePlan(pair, device.target, options).sites.map(({ key }) => key);
    const keys = keysOf({ storage: 'f16' });
    expect(keys).toEqual(keysOf({}).map((key) => `${key} f16`));
    const known = { key: tuningKey(device.target), choices: Object.fromEntries(keysOf({}).map((key) => [key, 'x'])) };
    const { choices } = await tune(device, pair, { known, storage: 'f16' });
    expect(Object.keys(choices).sort()).toEqual([...new Set([...keys, ...Object.keys(known.choices)])].sort());
    using program = await compileGraph(device, pair, { storage: 'f16', tuning: { ...known, choices } });
    expect(program.plan.half.size).toBe(1);
    for (const { key, chosen } of program.plan.sites) expect(chosen).toBe(choices[key]);
  });

  it('leaves out what is known', async () => {
    const [site] = makePlan(small(), device.target).sites;
    const known = { key: tuningKey(device.target), choices: { [site!.key]: site!.candidates.at(-1)!, other: 'x' } };
    const { dispatches } = device.counters;
    expect(await tune(device, small(), { known })).toEqual(known);
    expect(device.counters.dispatches).toBe(dispatches);
  });

  it('does nothing on no budget, and ends with the reason of its signal', async () => {
    const { submits } = device.counters;
    expect((await tune(device, small(), { budgetSeconds: 0 })).choices).toEqual({});
    expect(device.counters.submits).toBe(submits);
    const controller = new AbortController();
    const stopped = tune(device, small(), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('the user left')),
    });
    await expect(stopped).rejects.toThrow('the user left');
  });
});
