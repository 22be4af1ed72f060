// References: the distance of what the run itself draws, by the functions of the metrics package; a run that nothing stops.
import { bytesSource } from '@noisesmith/formats';
import {
  type FeatureNetwork,
  frechetDistance,
  type ImageBatch,
  momentsOf,
  pixelNetwork,
  readStatistics,
  statisticsParts,
} from '@noisesmith/metrics';
import { openOracle } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { openRun, type RunOptions } from './run';
import { type RunFiles, readText } from './run-files';
import { recorder, tinyDataset, tinyRun, watchedFiles } from './testing/tiny-run';

const backend = openOracle({ precision: 'f32' });
const settings = { 'output.evalEvery': 2, 'output.evalN': 7, 'output.gridEvery': 0 };
const config = tinyRun(settings);

/** Values of the statistics by step. */
async function distancesIn(files: RunFiles): Promise<ReadonlyMap<number, number>> {
  const lines = (await readText(files, 'stats.jsonl'))!.trim().split('\n');
  return new Map(
    lines.flatMap((line) => {
      const { frechet, step } = JSON.parse(line);
      return frechet === undefined ? [] : [[step, frechet] as const];
    }),
  );
}

async function trained(more: Partial<RunOptions> = {}, given = config) {
  const files = watchedFiles();
  const heard = recorder();
  using run = await openRun(given, { backend, dataset: await tinyDataset(), files, tick: { steps: 3 }, ...more });
  expect(await run.train({ onEvent: heard.onEvent })).toBe('done');
  const last = await run.sample({ seeds: [0, 1, 2, 3, 4, 5, 6], labels: [0, 1, 2, 0, 1, 2, 0] });
  return { files, heard, last };
}

/** Grey images of 4×4 as RGB floats. */
const asBatch = (count: number, pixel: (i: number) => number): ImageBatch => ({
  count,
  height: 4,
  width: 4,
  data: Float32Array.from({ length: count * 48 }, (_, i) => pixel(Math.floor(i / 3))),
});

describe('samples measured while a run trains', () => {
  it('are those of its average; the value is told, and stands in the line of its step', async () => {
    const { files, heard, last } = await trained();
    const told = heard.ofType('evaluation');
    expect(told.map(({ network, samples, step }) => [step, samples, network])).toEqual(
      [2, 4, 6, 8].map((step) => [step, 7, 'pixels-4x4x1']),
    );
    expect(await distancesIn(files)).toEqual(new Map(told.map(({ frechet, step }) => [step, frechet])));
    const steps = heard.ofType('step');
    expect(steps.map(({ step }) => step)).toEqual([2, 4, 6, 8]);
    expect(steps.map(({ frechet }) => frechet)).toEqual(told.map(({ frechet }) => frechet));
    expect(steps.every(({ loss }) => loss > 0)).toBe(true);

    const network = await pixelNetwork({ side: 4, channels: 1 });
    const momentsOfBatch = async (images: ImageBatch) =>
      momentsOf({ count: images.count, size: 16, rows: (await network.features(images)).pool });
    const dataset = await tinyDataset();
    const { images } = await dataset.batch(Array.from({ length: 12 }, (_, i) => i));
    const drawn = await momentsOfBatch(asBatch(7, (i) => last.data[i]! / 255));
    const data = await momentsOfBatch(asBatch(12, (i) => images[i]!));
    expect(told.at(-1)!.frechet).toBeCloseTo(frechetDistance(drawn, data), 10);
    const kept = await readStatistics(bytesSource((await files.read('reference-stats.npz'))!));
    expect(kept).toMatchObject({ network: 'pixels-4x4x1', resize: 'area', digest: network.digest });
    expect(kept.moments).toEqual(data);
  });

  it.each(['while samples are drawn', 'after the measurement', 'by an error'])(
    'go on after a stop %s with the same values, each measured once',
    async (when) => {
      const whole = await trained();
      const files = watchedFiles();
      const controller = new AbortController();
      const heard = recorder();
      const dataset = await tinyDataset();
      {
        using run = await openRun(config, { backend, dataset, files, tick: { steps: 3 } });
        let drawing = 0;
        const training = run.train({
          signal: controller.signal,
          onEvent(event) {
            heard.onEvent(event);
            if (event.type === 'sampling' && ++drawing === 3 && when.startsWith('while')) controller.abort();
            if (event.type === 'evaluation' && event.step === 4) {
              if (when.startsWith('after')) controller.abort();
              // The steps done are kept, but what was measured is not written yet.
              if (when.startsWith('by')) throw new Error('failed');
            }
          },
        });
        if (when.startsWith('by')) await expect(training).rejects.toThrow('failed');
        else expect(await training).toBe('interrupted');
      }
      using run = await openRun(config, { backend, dataset, files, tick: { steps: 3 } });
      expect(await run.train({ onEvent: heard.onEvent })).toBe('done');
      expect(await distancesIn(files)).toEqual(await distancesIn(whole.files));
      const lines = (await readText(files, 'stats.jsonl'))!.trim().split('\n');
      expect(lines.filter((line) => line.includes('frechet'))).toHaveLength(4);
      // The features of the data are computed once.
      expect(files.written.filter((name) => name === 'reference-stats.npz')).toHaveLength(1);
      for (const name of ['ema.safetensors', 'samples.npz']) {
        expect(await files.read(name), name).toEqual(await whole.files.read(name));
      }
    },
  );

  it('statistics of other data, of another network, or damaged ones are made again', async () => {
    const { files } = await trained();
    const good = (await files.read('reference-stats.npz'))!;
    const longer = tinyRun({ ...settings, 'train.steps': 8, 'output.samplesPerClass': 2 });
    const spoil: Record<string, (read: RunFiles) => Promise<void>> = {
      damaged: (to) => to.write('reference-stats.npz', good.slice(0, 300)),
      none: (to) => to.remove('reference-stats.npz'),
      'of another network': async (to) => {
        const found = await readStatistics(bytesSource(good));
        await to.write('reference-stats.npz', statisticsParts({ ...found, digest: 'other' }));
      },
    };
    for (const [name, act] of Object.entries(spoil)) {
      await act(files);
      await files.write('stats.jsonl', '');
      using run = await openRun(longer, { backend, dataset: await tinyDataset(), files });
      await run.train();
      expect(await files.read('reference-stats.npz'), name).toEqual(good);
    }
    await files.write('stats.jsonl', '');
    using run = await openRun(longer, { backend, dataset: await tinyDataset({ count: 15 }), files });
    await run.train();
    const { moments } = await readStatistics(bytesSource((await files.read('reference-stats.npz'))!));
    expect(moments.count).toBe(15);
  });

  it('by a network of the caller', async () => {
    const other = tinyRun({ ...settings, 'output.evalNetwork': 'brightness', 'train.steps': 2 });
    const dataset = await tinyDataset();
    await expect(openRun(other, { backend, dataset })).rejects.toThrow(
      'output.evalNetwork is "brightness", but no such network was opened; expected pixels',
    );
    const network: FeatureNetwork = {
      name: 'brightness',
      digest: 'b',
      resize: 'none',
      featureSize: 1,
      features: async ({ count, data }) => ({
        count,
        pool: Float32Array.from(
          { length: count },
          (_, i) => data.subarray(i * 48, i * 48 + 48).reduce((a, b) => a + b) / 48,
        ),
      }),
      [Symbol.dispose]() {},
    };
    const { heard } = await trained({ network }, other);
    expect(heard.ofType('evaluation')).toMatchObject([{ step: 2, network: 'brightness' }]);
  });

  it('are none unless asked for', async () => {
    const { files, heard } = await trained({}, tinyRun({ 'output.evalN': 7 }));
    expect([heard.ofType('evaluation'), files.written.includes('reference-stats.npz')]).toEqual([[], false]);
    expect(() => tinyRun({ 'output.evalN': 1 })).toThrow('output.evalN is 1; expected a whole number >= 2');
    // A configuration of before has none of these.
    const { evalEvery, evalN, evalNetwork } = tinyRun().output;
    expect([evalEvery, evalN, evalNetwork]).toEqual([0, 500, 'pixels']);
  });
});
