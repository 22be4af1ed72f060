// Reference: another run of the same program with the same tuning table, in this process and in others, to the bit; and
// the oracle, so that what is the same every time is right.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  type Device,
  openDevice,
  openTuningStore,
  openWasm,
  type TuningTable,
  trace,
  tuningKey,
} from '../index';
import { relativeError } from '../testing/compare';
import { digestsOf } from '../testing/digests';
import { interpretLatents, latentBuild, latentSpec, type Trained, trainLatents } from '../testing/latent-train';
import { makePlan } from './plan';
import { choicesOf } from './tune/table';

const STEPS = 4;
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const script = fileURLToPath(new URL('../testing/latent-process.ts', import.meta.url));

let device: Device;
let folder: string;
let table: TuningTable;
/** What training on `device` with the table gives. */
let found: Trained;
let truth: Trained;
beforeAll(async () => {
  device = await openDevice();
  folder = mkdtempSync(join(tmpdir(), 'noisesmith-frozen-'));
  table = lastCandidates(device);
  await openTuningStore({ location: folder }).write(table);
  found = await trained(device, table);
  truth = interpretLatents(STEPS);
});
afterAll(() => {
  device.destroy();
  rmSync(folder, { recursive: true });
});

/** A table that takes, of every choice, the last candidate: another than the rule's wherever there are several. */
function lastCandidates({ target }: Device): TuningTable {
  const graph = trace(latentSpec, latentBuild);
  let choices: Readonly<Record<string, string>> = {};
  for (;;) {
    // A choice may bring others with it: the contractions of an expansion.
    const { sites } = makePlan(graph, target, { choices: new Map(Object.entries(choices)) });
    const open = sites.filter(({ key, candidates }) => candidates.length > 1 && choices[key] === undefined);
    if (open.length === 0) return { key: tuningKey(target), choices };
    choices = { ...choices, ...Object.fromEntries(open.map(({ key, candidates }) => [key, candidates.at(-1)!])) };
  }
}

async function trained(on: Device, tuning: TuningTable): Promise<Trained> {
  using program = await compile(on, latentSpec, latentBuild, { tuning });
  // Awaited here: the program ends with this block.
  return await trainLatents(program, STEPS);
}

/** The digests of a run in a process of its own. */
async function inProcess(on: readonly [kind: string, given: string], env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const flags = ['--conditions=@noisesmith/source', '--import', 'tsx', script, ...on, String(STEPS)];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root, env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

describe('training with a tuning table that stays as it is', () => {
  it('takes what the table says, and is not what it is without', async () => {
    const choices = choicesOf(table);
    const { sites } = makePlan(trace(latentSpec, latentBuild), device.target, { choices });
    expect(choices.size).toBeGreaterThan(5);
    for (const { key, candidates, chosen } of sites) if (candidates.length > 1) expect(chosen).toBe(choices.get(key));
    const ruled = await trained(device, { ...table, choices: {} });
    expect(digestsOf(found)).not.toEqual(digestsOf(ruled));
  });

  it('is right', () => {
    for (const [name, values] of Object.entries(truth)) {
      expect(relativeError(values, found[name]!), name).toBeLessThan(1e-4);
    }
  });

  it('gives the same bits again, and on another device', async () => {
    using other = await openDevice();
    for (const on of [device, other]) expect(digestsOf(await trained(on, table))).toEqual(digestsOf(found));
  });

  it('gives the same bits in other processes, with fewer threads and without a cache of shaders', async () => {
    const expected = digestsOf(found);
    expect(await inProcess(['webgpu', folder])).toEqual(expected);
    expect(await inProcess(['webgpu', folder], { LP_NUM_THREADS: '1', MESA_SHADER_CACHE_DISABLE: 'true' })).toEqual(
      expected,
    );
  });
});

describe('training on WebAssembly, which has no choices to keep', () => {
  const onThreads = async (threads: number): Promise<Trained> => {
    using wasm = await openWasm({ threads });
    using program = await compile(wasm, latentSpec, latentBuild);
    return await trainLatents(program, STEPS);
  };

  let found: Trained;
  beforeAll(async () => {
    found = await onThreads(2);
  });

  it('is right', () => {
    for (const [name, values] of Object.entries(truth)) {
      expect(relativeError(values, found[name]!), name).toBeLessThan(1e-4);
    }
  });

  it('gives the same bits on any number of threads, and in another process', async () => {
    const expected = digestsOf(found);
    for (const threads of [1, 3, 8]) expect(digestsOf(await onThreads(threads)), `${threads}`).toEqual(expected);
    expect(await inProcess(['wasm', '2'])).toEqual(expected);
  });
});
