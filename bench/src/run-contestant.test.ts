// Reference: the float64 product that the job carries; the contestant needs no adapter.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpJob } from './job';
import { readJob, writeJob } from './job-file';
import { prepareJob } from './prepare';
import { failedChecks } from './protocol';
import { type RunOptions, runContestant } from './run-contestant';
import { Turns } from './turns';

const folder = await mkdtemp(join(tmpdir(), 'noisesmith-bench-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const job: OpJob = { kind: 'op', name: 'matmul-8', op: { kind: 'matmul', size: 8 }, repeats: 2, budgetMs: 1000 };
const path = join(folder, 'job.safetensors');
const data = await prepareJob(job);
await writeJob(path, data);

const run = (contestant: string, options: Partial<RunOptions> = {}) =>
  runContestant({ contestant, job: path, python: 'no-such-python', dawn: [] }, { timeoutMs: 120_000, ...options });

describe('a job file', () => {
  it('carries job, inputs and expected results', async () => {
    expect(await readJob(path)).toEqual(data);
  });
});

describe('runContestant', () => {
  it('brings back a measurement of the right product', async () => {
    const outcome = await run('tfjs-wasm');
    if ('failure' in outcome) throw new Error(outcome.failure);
    expect(outcome.result).toMatchObject({ contestant: 'tfjs-wasm', job: 'matmul-8', adapter: null, losses: [] });
    expect(outcome.result.ms.all).toHaveLength(2);
    expect(Object.keys(outcome.result.errors!)).toEqual(['c']);
    expect(failedChecks(outcome.result.errors!)).toEqual([]);
  });

  it('lets contestants take turns, one of which fails', async () => {
    const turns = new Turns();
    const began: string[] = [];
    const names = ['tfjs-wasm', 'pytorch', 'jax-js-wasm'];
    const outcomes = await Promise.all(names.map((name) => run(name, { turns, onStart: () => began.push(name) })));
    expect(began).toEqual(names);
    expect(outcomes.map((outcome) => 'result' in outcome && outcome.result.ms.all.length)).toEqual([2, false, 2]);
    // Nobody has the last turn still.
    (await turns.take())();
  });

  it('ends one that takes longer than it may', async () => {
    const turns = new Turns();
    const end = await turns.take();
    setTimeout(end, 400);
    const outcome = await run('tfjs-wasm', { turns, timeoutMs: 300 });
    expect(outcome).toEqual({ name: 'tfjs-wasm', failure: 'ended by SIGKILL (the limit is 0.005 minutes)' });
    (await turns.take())();
  });

  it('turns the end of a process into a failure', async () => {
    expect(await run('pytorch')).toEqual({ name: 'pytorch', failure: 'exit status 1' });
  });
}, 120_000);
