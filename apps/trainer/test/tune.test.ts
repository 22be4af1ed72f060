// References: the plans of the run's own programs for which keys there are; the table in the store before and after; a run
// that was not interrupted, whose files a resumed one must equal byte for byte, whatever was tuned meanwhile.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPrograms } from '@noisesmith/runs';
import { type Device, makePlan, openDevice, openTuningStore, type TuningTable, tuningKey } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../src/config/resolve';
import { Arguments } from '../src/flags';
import { cli, filesIn, readBytes, temporaryFolder, tinyFlags, tinySettings, tinyTrain, writeImages } from './cli-run';

const STEPS = 20;
const folder = temporaryFolder();
const images = writeImages(folder);
/** One with a table, one without. */
const [tuned, empty] = [temporaryFolder(), temporaryFolder()];
/** Kernels are chosen on WebGPU. */
const webgpu = ['--backend', 'webgpu'];
const trainTo = (out: string, ...more: string[]): string[] =>
  tinyTrain(images, out, STEPS, '--checkpoint-every', '5', '--keep', '10', ...webgpu, ...more);
const tiny = [...tinyFlags, ...webgpu, '--batch', '4'];

let device: Device;
/** The last candidate of every kind of kernel of the tiny network's programs. */
let table: TuningTable;
beforeAll(async () => {
  device = await openDevice();
  const config = await resolveConfig(
    new Arguments([], new Map(Object.entries({ preset: ['mnist-tiny'], set: [...tinySettings], batch: ['4'] }))),
  );
  const sites = runPrograms(config).flatMap(
    ({ graph }) => makePlan(graph, device.target, { choices: new Map() }).sites,
  );
  const several = sites.filter(({ candidates }) => candidates.length > 1);
  const choices = Object.fromEntries(several.map(({ key, candidates }) => [key, candidates.at(-1)!]));
  table = { key: tuningKey(device.target), choices };
  await openTuningStore({ location: tuned }).write(table);
});
afterAll(() => device.destroy());

const tuningOf = (out: string): Record<string, unknown> => JSON.parse(String(readBytes(out, 'tuning.json')));
const weightsOf = (out: string): Buffer => readBytes(out, `checkpoints/checkpoint-0000000${STEPS}.safetensors`);

/** An abort after the first checkpoint. */
function interruption() {
  const controller = new AbortController();
  const onOut = (text: string): void => {
    if (text.includes('"checkpoint"')) controller.abort();
  };
  return { signal: controller.signal, onOut };
}

describe('a run where a table is stored', () => {
  const whole = join(folder, 'tuned');
  beforeAll(async () => {
    const result = await cli(trainTo(whole), { tuningFolder: tuned });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.err).toContain('\nkernels as tuned on this adapter\n');
  });

  it('uses it and keeps its choices in the folder', async () => {
    // What the table does not know is as it comes with the engine.
    const choices = { ...Object.fromEntries(device.target.defaults), ...table.choices };
    expect(tuningOf(whole)).toEqual({ ...table, source: 'stored', choices });
    const plain = join(folder, 'plain');
    const result = await cli(trainTo(plain, '--tuning', 'default'), { tuningFolder: tuned });
    expect(result.err).not.toContain('as tuned');
    expect(tuningOf(plain)).toMatchObject({ source: 'default', key: table.key });
    expect(weightsOf(plain).equals(weightsOf(whole))).toBe(false);
  });

  it('goes on with the same choices to the same bits, though the table is gone', async () => {
    const out = join(folder, 'tuned-interrupted');
    const stopped = await cli([...trainTo(out), '--json'], { tuningFolder: tuned, ...interruption() });
    expect(stopped.exitCode).toBe(130);
    expect(await cli(trainTo(out), { tuningFolder: empty })).toMatchObject({ exitCode: 0 });
    expect(weightsOf(out).equals(weightsOf(whole))).toBe(true);
    expect(readBytes(out, 'samples.npz').equals(readBytes(whole, 'samples.npz'))).toBe(true);
    expect(filesIn(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is sampled from with the same kernels', async () => {
    const out = join(folder, 'samples.npz');
    const flags = [
      'sample',
      '--checkpoint',
      join(whole, 'ema.safetensors'),
      '--n',
      '20',
      '--out',
      out,
      '--json',
      ...webgpu,
    ];
    const result = await cli(flags, { tuningFolder: tuned });
    expect(result.err).toBe('kernels as tuned on this adapter\n');
    expect(JSON.parse(result.out)).toMatchObject({ tuning: 'stored' });
    expect(readFileSync(out).equals(readBytes(whole, 'samples.npz'))).toBe(true);
    expect(JSON.parse((await cli([...flags, '--tuning', 'off'], { tuningFolder: tuned })).out)).toMatchObject({
      tuning: 'off',
    });
  });
});

describe('a run that began without a table', () => {
  it('goes on without it to the same bits, though there is one now', async () => {
    const [whole, out] = [join(folder, 'untuned'), join(folder, 'untuned-interrupted')];
    expect(await cli(trainTo(whole), { tuningFolder: empty })).toMatchObject({ exitCode: 0 });
    expect((await cli([...trainTo(out), '--json'], { tuningFolder: empty, ...interruption() })).exitCode).toBe(130);
    const refused = await cli(trainTo(out, '--tuning', 'stored'), { tuningFolder: tuned });
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.err).toMatch(
      /^noisesmith: the run in .* began with --tuning default, but stored is asked for; .*\n$/,
    );
    expect(await cli(trainTo(out), { tuningFolder: tuned })).toMatchObject({ exitCode: 0 });
    expect(weightsOf(out).equals(weightsOf(whole))).toBe(true);
  });

  it('says so when it goes on on another adapter, and refuses choices that are damaged', async () => {
    const out = join(folder, 'elsewhere');
    expect((await cli([...trainTo(out), '--json'], interruption())).exitCode).toBe(130);
    writeFileSync(join(out, 'tuning.json'), JSON.stringify({ ...tuningOf(out), key: 'another adapter' }));
    const result = await cli(trainTo(out, '--dry-run'));
    expect(result.err).toBe(
      `warning: the run began on another adapter, and goes on on ${table.key}: results differ in their last digits\n`,
    );
    writeFileSync(join(out, 'tuning.json'), '{"source": "stored"');
    const damaged = await cli(trainTo(out));
    expect(damaged).toMatchObject({ exitCode: 2 });
    expect(damaged.err).toMatch(/^noisesmith: .*tuning\.json: damaged: expected source, key and choices; [^\n]+\n$/);
  });
});

it('--tuning stored without a table is one line', async () => {
  const result = await cli(trainTo(join(folder, 'none'), '--tuning', 'stored'), { tuningFolder: empty });
  expect(result).toMatchObject({
    exitCode: 2,
    err: 'noisesmith: --tuning stored: no table is stored for this adapter; run noisesmith tune, or leave it out\n',
  });
});

it('doctor says whether there is a table', async () => {
  const choices = Object.keys(table.choices).length;
  const of = async (tuningFolder: string) => JSON.parse((await cli(['doctor', '--json'], { tuningFolder })).out).tuning;
  expect(await of(tuned)).toEqual({ key: table.key, choices });
  expect(await of(empty)).toEqual({ key: table.key, choices: null });
  expect((await cli(['doctor'], { tuningFolder: tuned })).out).toMatch(
    new RegExp(`tuning +${choices} choices stored\n`),
  );
});

describe('tune', () => {
  it('measures what is not known, keeps it, and times the steps before and after', async () => {
    const location = temporaryFolder();
    const missing = Object.keys(table.choices).find((key) => key.startsWith('layerNorm '))!;
    const { [missing]: _, ...known } = table.choices;
    await openTuningStore({ location }).write({ ...table, choices: { ...known, 'of another network': 'x' } });
    const result = await cli(['tune', ...tiny, '--seconds', '600', '--json'], { tuningFolder: location });
    expect(result).toMatchObject({ exitCode: 0 });
    const { adapter, choices, programs } = JSON.parse(result.out);
    expect(adapter).toBe(table.key);
    expect(programs.map(({ program }: { program: string }) => program)).toEqual(['training step', 'sampling step']);
    const sites = programs.flatMap((program: { sites: { key: string }[] }) => program.sites);
    expect(sites.map(({ key }: { key: string }) => key)).toEqual([missing]);
    expect(sites[0].chosen).toBe(choices[missing]);
    expect(sites[0].costs[sites[0].chosen]).toBeGreaterThan(0);
    for (const { left, stepMs } of programs) {
      expect(left).toBe(0);
      expect(stepMs.before).toBeGreaterThan(0);
      expect(stepMs.after).toBeGreaterThan(0);
    }
    expect(choices).toMatchObject({ ...known, 'of another network': 'x' });
    expect((await openTuningStore({ location }).read(table.key))!.choices).toEqual(choices);
  });

  it('times the steps where everything is known', async () => {
    const result = await cli(['tune', ...tiny], { tuningFolder: tuned });
    const keys = Object.keys(table.choices).length;
    expect(result.out).toContain('0 kinds of kernels measured, 0 of them changed\n');
    expect(result.out).toMatch(/\n\d+ were known \(--again measures them too\)\n/);
    expect(result.out).toContain(`\n${keys} choices are kept for this adapter; train and sample use them\n`);
    expect(result.out).toMatch(/\ntraining step: [\d.]+ ms -> [\d.]+ ms \([\d.]+x\)\n/);
  });

  it('ends after Ctrl-C, and keeps nothing', async () => {
    const location = temporaryFolder();
    const result = await cli(['tune', ...tiny], {
      tuningFolder: location,
      signal: AbortSignal.abort(new Error('stop')),
    });
    expect(result).toMatchObject({ exitCode: 130, out: '' });
    expect(result.err).toBe('interrupted; nothing was kept\n');
    expect(filesIn(location)).toEqual([]);
  });
});
