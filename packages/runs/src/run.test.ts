// References: a run that nothing disturbs, whose files every other way to the same step must equal byte for byte; the list
// of a run's files; the samples of the weights in ema.safetensors, brought by the host; the definition of the structured
// clone, by structuredClone itself.
import { bytesSource, openNpz, readNpz, readSafetensors } from '@noisesmith/formats';
import { openSampling } from '@noisesmith/samplers';
import { openDevice, openOracle, openWasm } from '@noisesmith/tensor';
import { listCheckpoints } from '@noisesmith/training';
import { describe, expect, it } from 'vitest';
import { drawImages, samplingOptions } from './draws';
import type { RunEvent } from './events';
import { inspectFile } from './inspect-file';
import { readModel } from './model-file';
import { openRun, type RunOptions } from './run';
import type { RunFiles } from './run-files';
import { runState } from './run-state';
import { recorder, tinyDataset, tinyRun, watchedFiles } from './testing/tiny-run';

const backends = [
  ['the oracle', async () => openOracle({ precision: 'f32' })],
  ['WebGPU', () => openDevice()],
  ['WebAssembly', () => openWasm()],
] as const;

const results = ['ema.safetensors', 'samples.npz', 'grid.png', 'config.json', 'dataset.json', 'tuning.json'] as const;

async function contentOf(files: RunFiles): Promise<Record<string, string>> {
  const entries = results.map(async (name) => [name, Buffer.from((await files.read(name))!).toString('base64')]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

describe.each(backends)('a run on %s', (name, open) => {
  const config = tinyRun();

  async function trainWhole(more: Partial<RunOptions> = {}) {
    using backend = await open();
    const files = watchedFiles();
    const heard = recorder();
    const dataset = await tinyDataset();
    using run = await openRun(config, { backend, dataset, files, tick: { steps: 2 }, ...more });
    expect(await run.train({ onEvent: heard.onEvent })).toBe('done');
    return { files, heard };
  }

  it('writes its files and tells what happens as data that a worker can post', async () => {
    const { files, heard } = await trainWhole();
    expect(files.written).toEqual([
      ...['tuning.json', 'dataset.json', 'config.json'],
      ...['ema.safetensors', 'grids/000004.png', 'ema.safetensors', 'grids/000008.png', 'ema.safetensors'],
      ...['ema.safetensors', 'samples.npz', 'grid.png'],
    ]);
    expect((await listCheckpoints(files.checkpoints)).map(({ step }) => step)).toEqual([8, 6, 3]);
    expect(await runState(files, config, config)).toEqual({ step: 8, finished: true });
    expect(heard.ofType('step').map(({ step }) => step)).toEqual([2, 4, 6, 8]);
    expect(heard.ofType('grid').map(({ images, labels, step }) => [step, images.count, labels.length])).toEqual([
      [4, 12, 12],
      [8, 12, 12],
    ]);
    expect(heard.events.at(-1)).toEqual({ type: 'done', step: 8 });
    expect(structuredClone(heard.events)).toEqual(heard.events);
    const lines = new TextDecoder()
      .decode(await files.read('stats.jsonl'))
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([2, 4, 6, 8]);
    const { metadata } = readSafetensors((await files.read('ema.safetensors'))!);
    expect(JSON.parse(metadata.classes!)).toEqual(['up', 'down', 'left']);
    const kind = { 'the oracle': 'oracle', WebGPU: 'webgpu', WebAssembly: 'wasm' }[name];
    expect(JSON.parse(metadata.run!)).toEqual({ ...config, backend: kind });
    const samples = (await files.read('samples.npz'))!;
    expect(readNpz(samples).get('arr_0')!.shape).toEqual([3, 4, 4, 1]);
    expect(await (await openNpz(bytesSource(samples))).text('class_names')).toEqual(['up', 'down', 'left']);
    expect((await inspectFile(bytesSource(samples))).classes).toEqual(['up', 'down', 'left']);
  });

  it('that is stopped and opened again equals one that is not, to the bit', async () => {
    const whole = await trainWhole();
    using backend = await open();
    const files = watchedFiles();
    const dataset = await tinyDataset();
    const controller = new AbortController();
    const stopped = recorder();
    {
      using run = await openRun(config, { backend, dataset, files, tick: { steps: 1 } });
      const onEvent = (event: Parameters<typeof stopped.onEvent>[0]): void => {
        stopped.onEvent(event);
        if (event.type === 'step' && event.step >= 4) controller.abort();
      };
      expect(await run.train({ signal: controller.signal, onEvent })).toBe('interrupted');
    }
    expect(stopped.events.at(-1)).toMatchObject({ type: 'interrupted' });
    expect(await files.has('grid.png')).toBe(false);
    using run = await openRun(config, { backend, dataset, files });
    expect(run.step).toBeGreaterThanOrEqual(4);
    expect(run.step).toBeLessThan(8 + 1);
    expect(await run.train()).toBe('done');
    expect(await contentOf(files)).toEqual(await contentOf(whole.files));
  });

  it('draws from the moving average without bringing it to the host, and the grid shows the same', async () => {
    const { files, heard } = await trainWhole();
    using backend = await open();
    using run = await openRun(config, { backend, dataset: await tinyDataset() });
    await run.train();
    const [, last] = heard.ofType('grid');
    const draw = { seeds: [0, 3], labels: [0, 0] };
    const again = await run.sample(draw);
    expect([...again.data]).toEqual([...last!.images.data.subarray(0, 32)]);
    const { denoiser, weights } = await readModel(bytesSource((await files.read('ema.safetensors'))!));
    using session = await openSampling(backend, denoiser, samplingOptions(config));
    expect([...again.data]).toEqual([...(await drawImages(session, denoiser, weights, draw)).data]);
  });

  it('without files trains all the same and leaves nothing', async () => {
    using backend = await open();
    const heard = recorder();
    using run = await openRun(tinyRun({ 'train.steps': 2 }), { backend, dataset: await tinyDataset() });
    expect(await run.train({ onEvent: heard.onEvent })).toBe('done');
    expect(heard.ofType('checkpoint')).toEqual([]);
  });
});

it('a run keeps its backend: another is refused, and so is one that is not asked for', async () => {
  const files = watchedFiles();
  const dataset = await tinyDataset();
  const config = tinyRun({ 'train.steps': 2 });
  {
    using backend = openOracle({ precision: 'f32' });
    using run = await openRun(config, { backend, dataset, files });
    expect(run.config.backend).toBe('oracle');
    await run.train();
  }
  const written = files.written.length;
  using backend = await openWasm({ threads: 1 });
  await expect(openRun(config, { backend, dataset, files })).rejects.toThrow(
    /^the run in \S+ began on oracle, and wasm is to compute; use the one that it began on, or other files$/,
  );
  expect(files.written).toHaveLength(written);
  const asked = openRun({ ...config, backend: 'webgpu' }, { backend, dataset });
  await expect(asked).rejects.toThrow('backend is webgpu, and wasm is to compute');
  // A new run may start from its weights.
  using run = await openRun(config, { backend, dataset, files: watchedFiles(), resume: files.checkpoints });
  expect(run.step).toBe(2);
});

it('a run whose device is lost has each step once in its statistics', async () => {
  const files = watchedFiles();
  const oracles = [openOracle({ precision: 'f32' })];
  const openBackend = async () => {
    oracles.push(openOracle({ precision: 'f32' }));
    return oracles.at(-1)!;
  };
  const backend = oracles[0]!;
  using run = await openRun(tinyRun(), {
    ...{ backend, openBackend, dataset: await tinyDataset(), files, tick: { steps: 1 } },
  });
  // The newest checkpoint is that of step 3.
  const onEvent = ({ type, ...event }: RunEvent): void => {
    if (type === 'step' && 'step' in event && event.step === 5) backend.lose();
  };
  expect(await run.train({ onEvent })).toBe('done');
  expect(oracles).toHaveLength(2);
  const lines = new TextDecoder()
    .decode(await files.read('stats.jsonl'))
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

describe('a run on data', () => {
  const backend = openOracle({ precision: 'f32' });
  const config = tinyRun({ 'train.steps': 2 });

  it('that have fewer classes than the network says so; one of more is refused', async () => {
    const heard = recorder();
    using run = await openRun(config, { backend, dataset: await tinyDataset({ classes: ['up', 'down'] }) });
    await run.train({ onEvent: heard.onEvent });
    expect(heard.ofType('warning')[0]?.message).toBe(
      'tiny: 2 classes for the 3 of the network (model.classes); nothing teaches it the others',
    );
    const more = openRun(config, { backend, dataset: await tinyDataset({ classes: ['a', 'b', 'c', 'd'] }) });
    await expect(more).rejects.toThrow('label 3 is out of range, model.classes is 3; set model.classes=4');
  });

  it('that have changed since it began says so; other classes are refused', async () => {
    const files = watchedFiles();
    {
      using run = await openRun(config, { backend, dataset: await tinyDataset(), files });
      const controller = new AbortController();
      controller.abort();
      await run.train({ signal: controller.signal });
    }
    const shifted = openRun(config, {
      backend,
      dataset: await tinyDataset({ classes: ['aardvark', 'up', 'down'] }),
      files,
    });
    await expect(shifted).rejects.toThrow(
      'tiny: not the classes that the run in run began with (class aardvark is new, class left is gone); restore the data, or train in another folder',
    );
    const heard = recorder();
    using run = await openRun(config, { backend, dataset: await tinyDataset({ count: 13 }), files });
    await run.train({ onEvent: heard.onEvent });
    expect(heard.ofType('warning')[0]?.message).toBe(
      'tiny: the data have changed since the run began (class up has 5 images, not 4); it goes on with those there are now',
    );
  });
});

describe('files of a run', () => {
  const backend = openOracle({ precision: 'f32' });
  const config = tinyRun({ 'train.steps': 2 });

  it('with weights but without checkpoints are not trained over', async () => {
    const files = watchedFiles();
    await files.write('ema.safetensors', 'weights');
    const opened = openRun(config, { backend, dataset: await tinyDataset(), files });
    await expect(opened).rejects.toThrow(
      /^run holds trained weights .* but no checkpoints .* train in another folder, or move/,
    );
    expect(files.written).toEqual(['ema.safetensors']);
  });

  it('are finished only with as many samples as are asked for', async () => {
    const dataset = await tinyDataset();
    const files = watchedFiles();
    {
      using run = await openRun(config, { backend, dataset, files });
      await run.train();
    }
    const more = tinyRun({ 'train.steps': 2, 'output.samplesPerClass': 2 });
    expect(await runState(files, more, config)).toEqual({ step: 2, finished: false });
    {
      using run = await openRun(more, { backend, dataset, files });
      const controller = new AbortController();
      const onEvent = ({ type }: RunEvent): void => void (type === 'sampling' && controller.abort());
      expect(await run.train({ signal: controller.signal, onEvent })).toBe('interrupted');
    }
    // The samples of before are still there.
    expect(await runState(files, more, more)).toEqual({ step: 2, finished: false });
    using run = await openRun(more, { backend, dataset, files });
    expect(await run.train()).toBe('done');
    expect(readNpz((await files.read('samples.npz'))!).get('arr_0')!.shape).toEqual([6, 4, 4, 1]);
    expect(await runState(files, more, more)).toEqual({ step: 2, finished: true });
  });
});
