// References: NumPy-free readers of @noisesmith/formats and decodeImage (sharp) for what is written; closed forms of the
// schedules (gamma of simple_linear is 1 - t, logSNR shifts by 2 ln b); the fixture's own header.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage, openDataset } from '@noisesmith/data';
import { readNpz } from '@noisesmith/formats';
import { scheduleSpecUsage } from '@noisesmith/schedules';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../src/cli';
import { cli, type Overrides, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const run = join(folder, 'run');
const weights = join(run, 'ema.safetensors');
const rinTiny = fileURLToPath(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));

beforeAll(async () => {
  const trained = await cli(tinyTrain(writeImages(folder), run, 6));
  expect(trained).toMatchObject({ exitCode: 0 });
}, 600_000);

describe('help', () => {
  it('lists every command', async () => {
    const { exitCode, out } = await cli(['--help']);
    expect(exitCode).toBe(0);
    for (const { name, summary } of commands)
      expect(out).toMatch(new RegExp(`^  ${name}.*${summary.slice(0, 20)}`, 'm'));
  });

  it.each(commands.map(({ name }) => name))('of %s has its flags and an example', async (name) => {
    const { exitCode, out } = await cli([name, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Example:\n  noisesmith ${name}`);
    for (const flag of Object.keys(commands.find((command) => command.name === name)!.flags)) {
      expect(out).toContain(`--${flag}`);
    }
  });
});

describe('schedule', () => {
  it('gives gamma and logSNR, plain and shifted, with infinities as strings', async () => {
    const { out } = await cli(['schedule', 'simple_linear', '--scale', '0.5', '--t', '0,0.25', '--json']);
    const { inputScale, points, schedule } = JSON.parse(out);
    expect({ inputScale, schedule }).toEqual({ inputScale: 0.5, schedule: 'simple_linear' });
    expect(points[0]).toEqual({ t: 0, gamma: 1, logSnr: 'Infinity', shiftedGamma: 1, shiftedLogSnr: 'Infinity' });
    expect(points[1].gamma).toBe(0.75);
    expect(points[1].logSnr).toBeCloseTo(Math.log(3), 12);
    expect(points[1].shiftedLogSnr).toBeCloseTo(Math.log(3) + 2 * Math.log(0.5), 12);
    expect(points[1].shiftedGamma).toBeCloseTo((0.25 * 0.75) / (1 - 0.75 * 0.75), 12);
  });

  it('says what else the curve under the input scale is called', async () => {
    const spec = ['schedule', 'rectified_flow', '--scale', 'shift@4'];
    const names = [
      "SD3's resolution shift: rectified_flow at t' = s t / (1 + (s - 1) t), s = 4",
      "Flux's shift, mu = 1.38629",
      'rectified_flow~shift@4',
    ];
    const { inputScale, equals } = JSON.parse((await cli([...spec, '--json'])).out);
    expect({ inputScale, equals }).toEqual({ inputScale: 0.25, equals: names });
    const { out } = await cli(spec);
    for (const name of names) expect(out).toContain(`rectified_flow~0.25 equals ${name}\n`);
    expect(JSON.parse((await cli(['schedule', 'laplace@0,0.5', '--json'])).out).equals).toEqual([]);
  });

  it('names every family in its help', async () => {
    const { out } = await cli(['schedule', '--help']);
    for (const usage of scheduleSpecUsage) expect(out).toContain(`  ${usage}\n`);
  });

  it('draws an accessible SVG', async () => {
    const file = join(folder, 'schedule.svg');
    await cli(['schedule', 'cosine@0.2,1,1', '--scale', '0.5', '--svg', file]);
    const svg = String(readBytes(file));
    expect(svg).toContain('<title id="title">Noise schedule cosine@0.2,1,1</title>');
    expect(svg).toMatch(/role="img" aria-labelledby="title description"/);
    expect(svg.match(/<polyline/g)).toHaveLength(4);
    expect(svg).not.toContain('NaN');
  });
});

describe('inspect', () => {
  it('reads the header of a safetensors file', async () => {
    const { out } = await cli(['inspect', rinTiny, '--json']);
    const contents = JSON.parse(out);
    expect(contents).toMatchObject({ kind: 'safetensors', parameters: 315917, metadata: { format: 'rin-fixture-1' } });
    expect(contents.tensors).toHaveLength(581);
    expect(contents.tensors).toContainEqual({ name: 'train.loss', dtype: 'F32', shape: [1], bytes: 4 });
  });

  it('counts the parameters of a checkpoint once', async () => {
    const [name] = readdirSync(join(run, 'checkpoints'));
    const checkpoint = JSON.parse((await cli(['inspect', join(run, 'checkpoints', name!), '--json'])).out);
    const ema = JSON.parse((await cli(['inspect', weights, '--json'])).out);
    expect(checkpoint).toMatchObject({ kind: 'checkpoint', parameters: ema.parameters });
    expect(checkpoint.tensors.map((tensor: { name: string }) => tensor.name)).toContain('secondMoment');
  });

  it('reads npz files', async () => {
    const { out } = await cli(['inspect', join(run, 'samples.npz')]);
    expect(out).toContain('npz, 2 tensors, 1,300 elements');
    expect(out).toMatch(/arr_0 +U8 +\[20, 8, 8, 1\]/);
  });
});

describe('sample', () => {
  const draw = async (...more: string[]): Promise<Uint8Array[]> => {
    const file = join(folder, 'draw.npz');
    const result = await cli(['sample', '--checkpoint', weights, '--out', file, ...more]);
    expect(result.err).toBe('');
    expect(result.exitCode).toBe(0);
    const { data, shape } = readNpz(readBytes(file)).get('arr_0')!;
    return Array.from({ length: shape[0]! }, (_, i) => (data as Uint8Array).slice(i * 64, (i + 1) * 64));
  };

  it('gives the samples of the run again, from the weights and from the checkpoint', async () => {
    const samples = readNpz(readBytes(run, 'samples.npz'));
    const file = join(folder, 'again.npz');
    const [name] = readdirSync(join(run, 'checkpoints'));
    for (const checkpoint of [weights, join(run, 'checkpoints', name!)]) {
      await cli(['sample', '--checkpoint', checkpoint, '--n', '20', '--out', file]);
      expect(readNpz(readBytes(file))).toEqual(samples);
    }
  });

  it('one seed gives one image, whatever is drawn beside it', async () => {
    const all = await draw('--seeds', '0-19', '--sampler', 'ddpm');
    const [some] = [await draw('--seeds', '17,3', '--sampler', 'ddpm')];
    expect(some).toEqual([all[17], all[3]]);
    expect(all[17]).not.toEqual(all[3]);
  });

  it('writes a grid, or a folder that reads as a labelled data set', async () => {
    const grid = join(folder, 'grid.png');
    const result = await cli([
      'sample',
      '--checkpoint',
      weights,
      '--n',
      '6',
      '--labels',
      '3,0',
      '--out',
      grid,
      '--json',
    ]);
    expect(JSON.parse(result.out)).toMatchObject({
      labels: [3, 0, 3, 0, 3, 0],
      sampler: 'ddim',
      steps: 2,
      guidance: 1,
    });
    const { height, width } = await decodeImage(readBytes(grid));
    expect([width, height]).toEqual([152, 102]);
    const out = join(folder, 'images');
    await cli(['sample', '--checkpoint', weights, '--n', '6', '--labels', '3,0', '--out', out]);
    const dataset = await openDataset(`folder:${out}`, { channels: 1 });
    expect([dataset.size, dataset.classes]).toEqual([6, ['0', '3']]);
  });

  it('is interrupted at any batch, keeps what is finished, and goes on to the same file', async () => {
    const draw = (out: string, more: Overrides = {}) =>
      cli(['sample', '--checkpoint', weights, '--n', '24', '--batch', '2', '--out', out], more);
    const whole = join(folder, 'unbroken.npz');
    expect(await draw(whole)).toMatchObject({ exitCode: 0 });
    const out = join(folder, 'broken.npz');
    const part = `${out}.part`;
    const controller = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(part) && statSync(part).size > 1024) controller.abort();
    }, 1);
    const stopped = await draw(out, { signal: controller.signal });
    clearInterval(watch);
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toMatch(/interrupted; \d+ of 24 samples are in .*broken\.npz\.part; the same command goes on/);
    expect(existsSync(out)).toBe(false);
    const goingOn = await draw(out);
    expect(goingOn.exitCode).toBe(0);
    expect(goingOn.err).toMatch(/broken\.npz\.part: \d+ of 24 samples are there already/);
    expect(readBytes(out).equals(readBytes(whole))).toBe(true);
    expect(existsSync(part)).toBe(false);
  });

  it('takes the average of a checkpoint, or its weights themselves', async () => {
    const [name] = readdirSync(join(run, 'checkpoints'));
    const checkpoint = join(run, 'checkpoints', name!);
    const drawn = async (file: string, ...more: string[]) => {
      const out = join(folder, 'weights.npz');
      const result = await cli(['sample', '--checkpoint', file, '--n', '2', '--out', out, ...more]);
      return { ...result, bytes: result.exitCode === 0 ? readBytes(out) : undefined };
    };
    const average = await drawn(weights);
    expect((await drawn(checkpoint, '--weights', 'average')).bytes).toEqual(average.bytes);
    const raw = await drawn(checkpoint, '--weights', 'raw');
    expect(raw.exitCode).toBe(0);
    expect(raw.bytes).not.toEqual(average.bytes);
    const none = await drawn(weights, '--weights', 'raw');
    expect(none).toMatchObject({ exitCode: 2, err: expect.stringMatching(/holds the moving average alone/) });
    expect(await drawn(weights, '--weights', 'best')).toMatchObject({
      exitCode: 2,
      err: 'noisesmith: --weights best is not possible; expected average or raw\n',
    });
  });

  it('refuses labels, seeds and counts that cannot be', async () => {
    const refused = async (message: string, ...more: string[]) => {
      const result = await cli(['sample', '--checkpoint', weights, '--out', join(folder, 'x.png'), ...more]);
      expect(result).toMatchObject({ exitCode: 2, err: `noisesmith: ${message}\n` });
    };
    await refused('--labels has 10; expected classes from 0 to 9', '--labels', '3,10');
    await refused('--n is 3 but --seeds names 2; leave one of them out', '--n', '3', '--seeds', '4-5');
    await refused('--seeds has 5-4; expected FIRST-LAST, e.g. 0-63', '--seeds', '5-4');
  });
});

it('doctor says what computes, describes the adapter of WebGPU too, and that both compute', async () => {
  const { exitCode, out } = await cli(['doctor', '--json']);
  const report = JSON.parse(out);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ node: process.version, computes: true, problem: null, adapterProblem: null });
  expect(report.backend).toMatchObject({ kind: 'wasm', name: expect.stringMatching(/^WebAssembly, \d+ threads?$/) });
  expect(report.wasm).toEqual({ computes: true, problem: null, description: expect.stringContaining('SIMD') });
  expect(report.adapter.limits.maxStorageBufferBindingSize).toBeGreaterThan(0);
  const { out: text } = await cli(['doctor']);
  expect(text).toMatch(/^computing on +WebAssembly, \d+ threads?: /);
  expect(text).toMatch(/\nWebGPU computes +yes\n/);
});

it('conformance computes a fixture on WebAssembly and on WebGPU', async () => {
  const out = join(folder, 'results.safetensors');
  for (const backend of ['wasm', 'webgpu']) {
    const result = await cli(['conformance', rinTiny, '--out', out, '--backend', backend, '--json']);
    expect(JSON.parse(result.out)).toMatchObject({ backend });
  }
  expect(await cli(['conformance', rinTiny, '--out', out, '--backend', 'cuda'])).toMatchObject({
    exitCode: 2,
    err: 'noisesmith: --backend is "cuda"; expected one of auto, webgpu, wasm\n',
  });
});
