// Reference: a run that nothing stops; its weights, to the bit.
import { createHash } from 'node:crypto';
import { writeNpz } from '@noisesmith/formats';
import { memoryRunFiles, type RunFiles } from '@noisesmith/runs';
import { type Oracle, openOracle } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { defaultSettings, type TrainSettings } from '../settings';
import type { LaneEvent } from './lane';
import { LaneHost, type NewRun } from './lane-host';
import { shapePoints } from './points';
import type { PathOptions } from './points-run';
import { unzipRun, zipRun } from './run-zip';

const tiny: TrainSettings = {
  ...defaultSettings.digits,
  size: 4,
  batch: 2,
  steps: 6,
  more: 'model.latents=4 model.latentDim=8 model.tapeDim=8 model.blocks=[1] model.heads=2 model.rwHeads=2 sampling.steps=2',
};
const paths: PathOptions = { schedule: 'cosine', sampler: 'ddim', steps: 3, count: 4 };

function pictures(): NewRun {
  const data = Uint8Array.from({ length: 12 * 16 }, (_, i) => ((i + Math.floor(i / 16)) % 4 < 2 ? 220 : 20));
  const bytes = writeNpz({
    arr_0: { dtype: 'U8', shape: [12, 4, 4, 1], data },
    arr_1: { dtype: 'I32', shape: [12], data: Int32Array.from({ length: 12 }, (_, i) => i % 3) },
  });
  return { title: 'tiny', settings: tiny, classes: ['a', 'b', 'c'], data: { kind: 'npz', bytes, channels: 1 } };
}

const points = (): NewRun => ({
  title: 'ring',
  settings: { ...defaultSettings.points, batch: 4, steps: 6 },
  classes: [],
  data: { kind: 'points', points: shapePoints('ring')!, paths },
});

function hostOf(files: RunFiles = memoryRunFiles()) {
  const events: LaneEvent[] = [];
  const oracles: Oracle[] = [];
  const openBackend = async () => {
    oracles.push(openOracle({ precision: 'f32' }));
    return { backend: oracles.at(-1)!, words: 'the oracle: for this test' };
  };
  const host = new LaneHost(files, { openBackend, onEvent: (event) => events.push(event), tick: { steps: 1 } });
  return { host, files, events, oracles };
}

const never = new AbortController().signal;

async function digest(files: RunFiles, name = 'checkpoint-000000006.safetensors'): Promise<string> {
  await using source = await files.checkpoints.open(name);
  return createHash('sha256')
    .update(await source.read(0, source.size))
    .digest('hex');
}

describe.each([
  ['pictures', pictures],
  ['points', points],
] as const)('a run of %s', (_, make) => {
  it('that is paused, exported, imported and gone on with ends as one that is not', async () => {
    const whole = hostOf();
    const opened = await whole.host.create(make());
    expect(opened).toMatchObject({ step: 0, steps: 6, history: [] });
    expect(opened.computedBy).toBe('the oracle: for this test');
    expect(await whole.host.train(never, {}, 0)).toBe('done');
    whole.host[Symbol.dispose]();

    const first = hostOf();
    await first.host.create(make());
    expect(await first.host.train(never, { steps: 2 }, 0)).toBe('steps');
    first.host[Symbol.dispose]();
    const zip = await zipRun(first.files);

    const second = hostOf(memoryRunFiles('second'));
    await unzipRun(zip, 'run.zip', second.files);
    const again = await second.host.resume(paths);
    expect(again).toMatchObject({ step: 2, about: { title: make().title, step: 2 } });
    expect(again.history.map(({ step }) => step)).toEqual([1, 2]);
    expect(again.warnings).toEqual([]);
    expect(await second.host.train(never, {}, 0)).toBe('done');
    expect(await digest(second.files)).toBe(await digest(whole.files));
  });

  it('goes on from the last good state when the device is lost', async () => {
    const { events, files, host, oracles } = hostOf();
    await host.create(make());
    await host.train(never, { steps: 2 }, 0);
    oracles[0]!.lose();
    expect(await host.train(never, {}, 0)).toBe('done');
    expect(events.find(({ type }) => type === 'deviceLost')).toMatchObject({ step: 2 });
    expect(oracles).toHaveLength(2);
    const whole = hostOf();
    await whole.host.create(make());
    await whole.host.train(never, {}, 0);
    expect(await digest(files)).toBe(await digest(whole.files));
  });
});

it('asks for what has computed a run, at first and after a loss', async () => {
  const asked: unknown[] = [];
  let oracle: Oracle;
  const openBackend = async (kept: string | undefined) => {
    asked.push(kept);
    oracle = openOracle({ precision: 'f32' });
    return { backend: oracle, words: 'the oracle' };
  };
  const files = memoryRunFiles();
  using first = new LaneHost(files, { openBackend, onEvent: () => undefined });
  await first.create(points());
  await first.train(never, { steps: 1 }, 0);
  using second = new LaneHost(files, { openBackend, onEvent: () => undefined });
  await second.resume(paths);
  oracle!.lose();
  await second.train(never, { steps: 1 }, 0);
  expect(asked).toEqual([undefined, 'oracle', 'oracle']);
});

it('draws the ways of points from noise to the drawing', async () => {
  const { host } = hostOf();
  await host.create(points());
  const drawn = await host.sample(never);
  if (drawn.type !== 'points') throw new Error('expected points');
  expect(drawn.paths.places).toHaveLength(2 * 4 * 4);
  expect(drawn.paths.logSnr).toHaveLength(4);
  expect([...drawn.paths.logSnr]).toEqual([...drawn.paths.logSnr].sort((a, b) => a - b));
  expect(drawn.paths.places.slice(-8).every((v) => v >= 0 && v <= 1)).toBe(true);
  const other = await host.sample(never, { ...paths, steps: 5, count: 2 });
  expect(other.type === 'points' && other.paths.places.length).toBe(2 * 2 * 6);
});

it('refuses what is no run in one line', async () => {
  const files = memoryRunFiles();
  await expect(unzipRun(Uint8Array.of(1, 2, 3), 'a.zip', files)).rejects.toThrow(
    /^a\.zip: no zip archive of a run: .*$/,
  );
  const zip = await zipRun(memoryRunFiles());
  await expect(unzipRun(zip, 'b.zip', files)).rejects.toThrow('b.zip: no checkpoint in it');
  await expect(hostOf(files).host.resume(paths)).rejects.toThrow('no run in it');
});
