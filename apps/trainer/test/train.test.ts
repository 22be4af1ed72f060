// References: the run folder as the README lists it; a run that was neither interrupted nor killed, whose files every
// other way to the same step must equal byte for byte; decodeImage (sharp) for the PNG files.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@noisesmith/data';
import { readNpz, readSafetensors } from '@noisesmith/formats';
import { type BackendChoice, DeviceError, NoAdapterError, type OpenedBackend, openBackend } from '@noisesmith/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliArguments } from './cli-arguments';
import { cli, filesIn, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const STEPS = 50;
const LAST = 'checkpoints/checkpoint-000000050.safetensors';
const often = ['--checkpoint-every', '10', '--keep', '10'];
const folder = temporaryFolder();
const images = writeImages(folder);
const backends = [
  ['WebAssembly', 'wasm'],
  ['WebGPU', 'webgpu'],
] as const;
type Kind = (typeof backends)[number][1];
const wholeOf = (kind: Kind): string => join(folder, `whole-${kind}`);
const runOn = (kind: Kind, out: string): string[] => [...tinyTrain(images, out, STEPS, ...often), '--backend', kind];
/** Of what is the same on every backend. */
const whole = wholeOf('wasm');
const wholeRun = (out: string): string[] => runOn('wasm', out);

/** What two runs of the same configuration must have in common. */
function expectSameResult(out: string, kind: Kind = 'wasm'): void {
  for (const name of [
    LAST,
    'ema.safetensors',
    'samples.npz',
    'grid.png',
    'config.json',
    'dataset.json',
    'tuning.json',
  ]) {
    expect(readBytes(out, name).equals(readBytes(wholeOf(kind), name)), name).toBe(true);
  }
}

let firstLines: string;
beforeAll(async () => {
  const result = await cli(wholeRun(whole));
  expect(result).toMatchObject({ exitCode: 0 });
  firstLines = result.err;
});

describe('a run folder', () => {
  it('holds configuration, statistics, checkpoints, weights, samples and a grid', async () => {
    expect(filesIn(whole)).toEqual([
      ...[10, 20, 30, 40, 50].map((step) => `checkpoints/checkpoint-0000000${step}.safetensors`),
      'config.json',
      'dataset.json',
      'ema.safetensors',
      'grid.png',
      'samples.npz',
      'stats.jsonl',
      'tuning.json',
    ]);
    const config = JSON.parse(String(readBytes(whole, 'config.json')));
    expect(config).toMatchObject({ preset: 'mnist-tiny', train: { steps: STEPS, batch: 4 }, data: { size: 8 } });
    const lines = String(readBytes(whole, 'stats.jsonl')).trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ step: STEPS, images: 4 * STEPS, lossQuarters: { length: 4 } });
    const { metadata, tensors } = readSafetensors(readBytes(whole, 'ema.safetensors'));
    expect(tensors.get('stem.weight')?.shape).toEqual([16, 16]);
    expect(metadata.step).toBe(String(STEPS));
    expect(JSON.parse(metadata.run!)).toEqual(config);
    const samples = readNpz(readBytes(whole, 'samples.npz'));
    expect(samples.get('arr_0')).toMatchObject({ dtype: 'U8', shape: [20, 8, 8, 1] });
    expect(Array.from(samples.get('arr_1')!.data as Int32Array)).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
    const grid = await decodeImage(readBytes(whole, 'grid.png'));
    // Ten rows of two samples, each 48 pixels with gaps of 2.
    expect([grid.width, grid.height]).toEqual([102, 502]);
  });

  it('keeps what it was computed on, which its first line tells', async () => {
    expect(firstLines).toMatch(/^computing on WebAssembly, \d+ threads?: as asked for\n/);
    expect(JSON.parse(String(readBytes(whole, 'config.json')))).toMatchObject({ backend: 'wasm' });
    expect(await cli([...tinyTrain(images, whole, STEPS, ...often), '--backend', 'auto'])).toMatchObject({
      exitCode: 0,
    });
    const other = await cli([...tinyTrain(images, whole, STEPS + 10, ...often), '--backend', 'webgpu']);
    expect(other.exitCode).toBe(2);
    expect(other.err).toMatch(
      /^noisesmith: the run in \S+ began on wasm, but webgpu is asked for; [^\n]*: noisesmith train --resume \S+ --out \S+-2 --backend webgpu --steps 60\n$/,
    );
  });

  it('is left alone when the run has finished', async () => {
    const before = readBytes(whole, 'stats.jsonl');
    const result = await cli(wholeRun(whole));
    expect(result).toMatchObject({ exitCode: 0, out: '' });
    expect(result.err).toContain('finished at step 50; nothing to do');
    expect(readBytes(whole, 'stats.jsonl')).toEqual(before);
  });

  it('refuses flags that are not those of its run, by name', async () => {
    const result = await cli([...wholeRun(whole), '--set', 'train.ema.decay=0.5']);
    expect(result.exitCode).toBe(2);
    expect(result.err).toMatch(
      /^noisesmith: train\.ema\.decay is 0\.999 in .*config\.json, but 0\.5 is asked for.*\n$/,
    );
  });

  it('refuses --resume none while it holds a run', async () => {
    const out = join(folder, 'none');
    const controller = new AbortController();
    controller.abort();
    expect(await cli(wholeRun(out), { signal: controller.signal })).toMatchObject({ exitCode: 130 });
    const result = await cli([...wholeRun(out), '--resume', 'none']);
    expect(result).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('the storage holds checkpoint-000000000'),
    });
  });
});

it('config.json is enough to run again', async () => {
  const again = join(folder, 'from-config');
  expect(await cli(['train', '--config', join(whole, 'config.json'), '--out', again])).toMatchObject({ exitCode: 0 });
  expectSameResult(again);
});

it('a damaged checkpoint is named and the one before it is used', async () => {
  const out = join(folder, 'damaged');
  const controller = new AbortController();
  let seen = 0;
  const onOut = (text: string): void => {
    if (text.includes('"checkpoint"') && ++seen === 2) controller.abort();
  };
  await cli([...wholeRun(out), '--json'], { onOut, signal: controller.signal });
  const names = readdirSync(join(out, 'checkpoints')).sort();
  const bytes = readBytes(out, 'checkpoints', names.at(-1)!);
  bytes[bytes.length - 3]! ^= 4;
  writeFileSync(join(out, 'checkpoints', names.at(-1)!), bytes);
  const result = await cli(wholeRun(out));
  expect(result.exitCode).toBe(0);
  expect(result.err).toContain(`warning: ${names.at(-1)}: damaged`);
  expect(result.err).toContain(`going on from step ${Number(/\d+/.exec(names.at(-2)!)![0])}`);
  expectSameResult(out);
});

it('a run may start from the checkpoint of another', async () => {
  const from = join(folder, 'start');
  copyFileSync(
    join(whole, 'checkpoints/checkpoint-000000040.safetensors'),
    join(temporaryTarget(from), 'checkpoint-000000040.safetensors'),
  );
  const out = join(folder, 'continued');
  const result = await cli([...wholeRun(out), '--resume', from]);
  expect(result).toMatchObject({ exitCode: 0, err: expect.stringContaining('going on from step 40') });
  expectSameResult(out);
  const empty = await cli([...wholeRun(join(folder, 'nothing')), '--resume', join(folder, 'no-such-run')]);
  expect(empty).toMatchObject({ exitCode: 2, err: expect.stringContaining('no checkpoints there') });
});

function temporaryTarget(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

describe.each(backends)('on %s', (_, kind) => {
  const onThis = (out: string): string[] => runOn(kind, out);
  beforeAll(async () => {
    if (kind !== 'wasm') expect(await cli(onThis(wholeOf(kind)))).toMatchObject({ exitCode: 0 });
  });

  it('two runs of one seed are the same to the bit, and another seed is not', async () => {
    const again = join(folder, `again-${kind}`);
    expect(await cli(onThis(again))).toMatchObject({ exitCode: 0 });
    expectSameResult(again, kind);
    const other = join(folder, `other-seed-${kind}`);
    expect(await cli([...onThis(other), '--seed', '1'])).toMatchObject({ exitCode: 0 });
    expect(readBytes(other, 'ema.safetensors').equals(readBytes(wholeOf(kind), 'ema.safetensors'))).toBe(false);
  });

  it('Ctrl-C leaves a checkpoint and exits 130; the same command ends as if nothing had been', async () => {
    const out = join(folder, `interrupted-${kind}`);
    const controller = new AbortController();
    const onOut = (text: string): void => {
      if (text.includes('"checkpoint"')) controller.abort();
    };
    const stopped = await cli([...onThis(out), '--json'], { onOut, signal: controller.signal });
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toMatch(/interrupted at step \d+; the same command goes on from there\n$/);
    expect(existsSync(join(out, LAST))).toBe(false);
    expect(existsSync(join(out, 'samples.npz'))).toBe(false);
    expect(await cli(onThis(out))).toMatchObject({ exitCode: 0 });
    expectSameResult(out, kind);
  });

  describe('a lost backend', () => {
    /** Takes the device away behind the program's back, once or every time, after the first checkpoint. */
    const losing = (times: number) => {
      let current: OpenedBackend['backend'] | undefined;
      let lost = 0;
      return {
        openBackend: async (prefer: BackendChoice): Promise<OpenedBackend> => {
          expect(prefer).toBe(kind);
          const opened = await openBackend({ prefer });
          current = opened.backend;
          return opened;
        },
        onOut: (text: string): void => {
          if (!text.includes('"checkpoint"') || lost >= times) return;
          lost += 1;
          if (current?.kind === 'webgpu') current.gpu.destroy();
          else current?.threads.destroy();
        },
      };
    };

    it('is opened again, and the run ends as if nothing had been', async () => {
      const out = join(folder, `lost-once-${kind}`);
      const result = await cli([...onThis(out), '--json'], losing(1));
      expect(result.exitCode).toBe(0);
      expect(result.err).toMatch(/warning: .*(lost|ended).*; it was opened again, going on from step \d+/);
      expectSameResult(out, kind);
    });

    it('that cannot be opened again ends the run with exit code 1 and one line; what is written is whole', async () => {
      const out = join(folder, `lost-for-good-${kind}`);
      let opened = 0;
      const { onOut, openBackend: open } = losing(1);
      const openOnce = async (prefer: BackendChoice): Promise<OpenedBackend> => {
        if (opened++ > 0) throw new DeviceError('nothing opens any more');
        return open(prefer);
      };
      const result = await cli([...onThis(out), '--json'], { onOut, openBackend: openOnce });
      expect(result.exitCode).toBe(1);
      expect(result.err.trim().split('\n').at(-1)).toBe('noisesmith: nothing opens any more');
      expect(result.err).not.toContain('    at ');
      expect(filesIn(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(await cli(onThis(out))).toMatchObject({ exitCode: 0 });
      expectSameResult(out, kind);
    });
  });

  it('a run that is killed at any moment goes on to the same bits', async () => {
    const out = join(folder, `killed-${kind}`);
    const flags = [...cliArguments, ...onThis(out)];
    // A table that the user of this machine has would change the last digits.
    const env = { ...process.env, XDG_CACHE_HOME: temporaryFolder() };
    // Killed while it trains, on a moment that no checkpoint fixes, until it is through.
    for (let attempt = 0; attempt < 3; attempt++) {
      const child = spawn(process.execPath, flags, { stdio: 'ignore', env });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const before = attempt === 0 ? 0 : readdirSync(join(out, 'checkpoints')).length;
      const seen = (async () => {
        while (child.exitCode === null && child.signalCode === null) {
          const checkpoints = join(out, 'checkpoints');
          if (existsSync(checkpoints) && readdirSync(checkpoints).filter((n) => !n.startsWith('.')).length > before)
            return;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      await seen;
      await new Promise((resolve) => setTimeout(resolve, 17 * attempt));
      child.kill('SIGKILL');
      await ended;
      if (attempt === 0) expect(child.signalCode).toBe('SIGKILL');
    }
    expect(await cli(onThis(out))).toMatchObject({ exitCode: 0 });
    expectSameResult(out, kind);
    expect(filesIn(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

it('any number of threads gives the same bits', async () => {
  for (const threads of [1, 2, 3, 8]) {
    const out = join(folder, `threads-${threads}`);
    expect(await cli(wholeRun(out), { threads })).toMatchObject({ exitCode: 0 });
    expectSameResult(out);
  }
});

it('a run whose WebGPU is gone is told in one line how its weights go on', async () => {
  const out = join(folder, 'gone');
  expect(await cli(runOn('webgpu', out), { signal: AbortSignal.abort() })).toMatchObject({ exitCode: 130 });
  const none = async (prefer: BackendChoice): Promise<OpenedBackend> => {
    if (prefer === 'webgpu') throw new NoAdapterError('no WebGPU adapter: install a driver', 'no WebGPU adapter');
    return openBackend({ prefer: 'wasm' });
  };
  const refused = await cli(tinyTrain(images, out, STEPS), { openBackend: none });
  expect(refused.exitCode).toBe(2);
  const line = refused.err.trim().split('\n').at(-1)!;
  expect(line).toContain(`the run in ${out} began on webgpu, and there is no WebGPU adapter; `);
  const [, command] = /noisesmith (train --resume .* --backend wasm) goes on/.exec(line)!;
  const on = await cli([...command!.split(' '), '--steps', '2'], { openBackend: none });
  expect(on).toMatchObject({ exitCode: 0, err: expect.stringMatching(/^computing on WebAssembly/) });
});

it('--dry-run counts exactly and touches nothing', async () => {
  const out = join(folder, 'dry');
  const dry = ['--dry-run', '--json'];
  const result = await cli([...wholeRun(out), ...dry]);
  expect(result.exitCode).toBe(0);
  const { bytes, config, parameters, temporaryBytes } = JSON.parse(result.out);
  const { tensors } = readSafetensors(readBytes(whole, 'ema.safetensors'));
  const counted = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(parameters).toBe(counted);
  expect(config).toEqual(JSON.parse(String(readBytes(whole, 'config.json'))));
  // Weights, two moments and their average at least.
  expect(bytes).toBeGreaterThan(4 * 4 * counted);
  expect(temporaryBytes).toBeGreaterThan(0);
  expect(temporaryBytes).toBeLessThan(bytes - 4 * 4 * counted);
  const again = await cli([...wholeRun(out), '--set', 'model.blocks=[1,1,1]', '--set', 'train.recompute=true', ...dry]);
  const kept = await cli([...wholeRun(out), '--set', 'model.blocks=[1,1,1]', ...dry]);
  expect(JSON.parse(again.out).temporaryBytes).toBeLessThan(JSON.parse(kept.out).temporaryBytes);
  expect(existsSync(out)).toBe(false);
});

it('--dry-run plans 16-bit floats on WebGPU, and says that WebAssembly has none', async () => {
  const out = join(folder, 'dry-halves');
  const dry = ['--dry-run', '--json'];
  const halves = ['--set', 'train.storage=f16', ...dry];
  const f32 = await cli([...runOn('webgpu', out), ...dry]);
  const f16 = await cli([...runOn('webgpu', out), ...halves]);
  expect(JSON.parse(f16.out).temporaryBytes).toBeLessThan(0.8 * JSON.parse(f32.out).temporaryBytes);
  expect(await cli([...wholeRun(out), ...halves])).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/^noisesmith: [^\n]*f16[^\n]*\n$/),
  });
  expect(existsSync(out)).toBe(false);
});
