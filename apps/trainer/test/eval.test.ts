// References: the result of `evaluate` of @noisesmith/metrics, which is checked there; the keys of the JSON that the help
// promises; the readers of @noisesmith/data for pictures; a run of the tiny network for its own data.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@noisesmith/data';
import { collectParts, writeNpy, writeNpz } from '@noisesmith/formats';
import { momentsOf, statisticsParts } from '@noisesmith/metrics';
import { encodePng } from '@noisesmith/runs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, filesIn, type Overrides, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const SIDE = 6;
const EACH = SIDE * SIDE * 3;
const pixels = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count * EACH }, (_, i) => Math.floor(128 + 120 * Math.sin(seed + i * i * 0.37 + i)));

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const npz = (name: string, data: Uint8Array): string =>
  file(name, writeNpz({ arr_0: { dtype: 'U8', shape: [data.length / EACH, SIDE, SIDE, 3], data } }));

const samples = npz('samples.npz', pixels(40, 1));
const reference = npz('reference.npz', pixels(50, 2));
const photos = join(folder, 'photos');

beforeAll(() => {
  mkdirSync(join(photos, 'inner'), { recursive: true });
  for (let i = 0; i < 40; i++) {
    const data = pixels(40, 1).subarray(i * EACH, (i + 1) * EACH);
    writeFileSync(
      join(photos, i < 30 ? `${i}.png` : `inner/${i}.png`),
      encodePng({ width: SIDE, height: SIDE, channels: 3, data }),
    );
  }
});

const evaluate = async (...argv: string[]) => {
  const result = await cli(['eval', '--network', 'pixels-2x2x3', ...argv, '--json']);
  expect(result).toMatchObject({ exitCode: 0 });
  return JSON.parse(result.out);
};

describe('eval', () => {
  it('prints one JSON document with what was asked for and how it was made', async () => {
    const got = await evaluate('--samples', samples, '--reference', reference, '--metrics', 'fid,kid,pr,mind');
    expect(Object.keys(got)).toEqual([
      ...['samples', 'reference', 'network', 'weights', 'resize', 'fid', 'kid', 'precision', 'recall', 'density'],
      ...['coverage', 'k', 'mind', 'seed', 'warnings'],
    ]);
    expect(got).toMatchObject({
      samples: { path: samples, count: 40, format: 'npz' },
      reference: { path: reference, count: 50, format: 'npz' },
      network: 'pixels-2x2x3',
      resize: 'area',
      k: 3,
    });
    expect(got.weights).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(got.kid)).toEqual(['full', 'mean', 'std', 'standardError', 'subsets', 'subsetSize']);
    expect(got.warnings[0]).toContain('not comparable with FID');
  });

  it('of a folder is that of the same images in an archive, and of an archive against itself nothing', async () => {
    const sides = (x: string, y: string) => evaluate('--samples', x, '--reference', y, '--metrics', 'fid');
    const fromFolder = await sides(photos, reference);
    const fromArchive = await sides(samples, reference);
    expect(Math.abs(fromFolder.fid - fromArchive.fid)).toBeLessThanOrEqual(1e-9 * fromArchive.fid);
    expect(fromFolder.samples).toMatchObject({ path: photos, count: 40, format: 'png' });
    expect((await sides(photos, samples)).fid).toBeLessThan(1e-6);
  });

  it('says what it found in words too', async () => {
    const flags = ['--metrics', 'fid,kid,pr', '--repeats', '2', '--network', 'pixels-2x2x3'];
    const { err, exitCode, out } = await cli(['eval', '--samples', photos, '--reference', samples, ...flags]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^samples +\S+photos \(40, png, [0-9a-f]{12}\)\n/);
    expect(out).toMatch(/^Fréchet distance \(fid\) +0$/m);
    expect(out).toMatch(/^precision +1 +k 3$/m);
    expect(out).toMatch(
      /in 2 random parts of 20 samples\nFréchet distance \(fid\) +mean [\d.]+ +minimum [\d.]+ +maximum/,
    );
    expect(err).toMatch(/^warning: pixels-2x2x3: .*\nwarning: fid: 40 samples and 40 of the reference are few/m);
  });

  it('takes features, logits, statistics, and a number of images', async () => {
    const rows = Float32Array.from({ length: 30 * 4 }, (_, i) => ((i * 7919) % 31) / 31);
    const features = file('f.npy', writeNpy({ dtype: 'F32', shape: [30, 4], data: rows }));
    const statistics = await collectParts(statisticsParts({ moments: momentsOf({ count: 30, size: 4, rows }) }));
    const got = await evaluate('--samples', features, '--reference', file('s.npz', statistics), '--logits', features);
    expect(got).toMatchObject({ network: 'inception', weights: null, reference: { count: 30, format: 'statistics' } });
    expect(got.fid).toBeLessThan(1e-9);
    const scored = await evaluate('--logits', features, '--splits', '3');
    expect(scored.inceptionScore).toMatchObject({ splits: 3 });
    const some = await evaluate('--samples', photos, '--reference', reference, '--most', '10', '--seed', '4');
    expect([some.samples.count, some.reference.count]).toEqual([10, 10]);
  });

  it('draws the closest pairs, with what was not trained on beside them', async () => {
    const copied = pixels(40, 9);
    copied.set(pixels(50, 2).subarray(5 * EACH, 6 * EACH), 11 * EACH);
    const picture = join(folder, 'new', 'pairs.png');
    const got = await evaluate(
      ...['--samples', npz('copied.npz', copied), '--reference', reference, '--metrics', 'memorisation'],
      ...['--held-out', photos, '--pairs', picture],
    );
    expect(got.memorisation).toMatchObject({ unseenAre: 'held-out', unseen: { count: 40 } });
    expect(got.memorisation.closest).toHaveLength(16);
    expect(got.memorisation.closest[0]).toMatchObject({
      sample: 11,
      reference: 5,
      referenceName: `${reference}: arr_0: image 5`,
    });
    expect(got.memorisation.closest[0].distance).toBeLessThan(1e-6);
    const { data, height, width } = await decodeImage(readBytes(picture));
    // Cells of 48 pixels with gaps of 2: four rows of four pairs with a blank between them.
    expect([width, height]).toEqual([11 * 50 + 2, 4 * 50 + 2]);
    const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
    const first = (images: Uint8Array, image: number) => [...images.subarray(image * EACH, image * EACH + 3)];
    expect(at(2, 2)).toEqual(first(copied, 11));
    expect(at(52, 2)).toEqual(at(2, 2));
    expect(at(102, 2)).toEqual([255, 255, 255]);
    const [, second] = got.memorisation.closest;
    expect([at(152, 2), at(202, 2)]).toEqual([first(copied, second.sample), first(pixels(50, 2), second.reference)]);
  });

  it('takes a run folder for the images that the run is trained on', async () => {
    const run = join(folder, 'run');
    expect(await cli(tinyTrain(writeImages(folder), run, 2))).toMatchObject({ exitCode: 0 });
    const got = await evaluate('--samples', join(run, 'samples.npz'), '--reference', run, '--metrics', 'fid');
    expect(got.samples).toMatchObject({ count: 20, format: 'npz' });
    expect(got.reference).toMatchObject({
      path: run,
      count: 40,
      format: expect.stringMatching(/npz:.*, 8x8 by area$/),
    });
  });

  it('ends at once when it is interrupted, and writes nothing', async () => {
    const before = filesIn(folder);
    const controller = new AbortController();
    controller.abort();
    const overrides: Overrides = { signal: controller.signal };
    const flags = ['--network', 'pixels', '--pairs', join(folder, 'none.png')];
    expect(await cli(['eval', '--samples', photos, '--reference', reference, ...flags], overrides)).toEqual({
      exitCode: 130,
      out: '',
      err: 'interrupted; nothing was written\n',
    });
    expect(filesIn(folder)).toEqual(before);
  });
});

describe('one line and exit code 2', () => {
  const nan = Float32Array.from({ length: 20 }, (_, i) => (i === 13 ? Number.NaN : i));
  const cut = readBytes(reference).subarray(0, 900);
  const both = (x: string, y: string, ...more: string[]) => ['--samples', x, '--reference', y, ...more];
  const written = {
    cut: () => file('cut.npz', cut),
    nan: () => file('nan.npy', writeNpy({ dtype: 'F32', shape: [5, 4], data: nan })),
    wide: () => file('wide.npy', writeNpy({ dtype: 'F32', shape: [5, 3], data: new Float32Array(15) })),
    one: () => npz('one.npz', pixels(1, 0)),
    other: async () => {
      const moments = momentsOf({
        count: 5,
        size: 12,
        rows: Float32Array.from({ length: 60 }, (_, i) => (i * i) % 17),
      });
      const parts = statisticsParts({ moments, network: 'inception', digest: 'abc', resize: 'clean' });
      return file('other.npz', await collectParts(parts));
    },
    text: () => file('notes.txt', new TextEncoder().encode('no images in sight')),
  };

  it.each<[string, () => Promise<string[]> | string[], string]>([
    ['a truncated archive', () => both(written.cut(), reference), 'cut.npz'],
    ['features that are NaN', () => both(written.nan(), written.nan()), 'nan.npy: feature 1 of row 3 is NaN'],
    ['features of two sizes', () => both(reference, written.wide()), 'reference.npz has features of size 12, '],
    ['one image', () => both(written.one(), reference), 'one.npz: 1 image; at least 2 are needed'],
    [
      'statistics of another network',
      async () => both(photos, await written.other()),
      'was made with the network inception',
    ],
    ['a missing folder', () => both('no-such-folder', reference), 'no-such-folder: no such file or folder'],
    ['a missing file', () => both('none.npz', reference), 'none.npz: no such file'],
    ['something else', () => both(written.text(), reference), 'notes.txt'],
    ['a folder without images', () => both(join(folder, 'empty'), reference), 'no images'],
    ['no samples', () => ['--reference', reference], '--samples is missing'],
    ['no reference', () => ['--samples', samples, '--metrics', 'fid'], 'fid needs a reference'],
    ['an unknown metric', () => both(samples, reference, '--metrics', 'fit'), '--metrics has "fit"; did you mean fid?'],
    ['an unknown network', () => both(samples, reference, '--network', 'vgg'), '--network vgg is unknown; expected'],
    [
      'pairs of features',
      () => both(written.nan(), reference, '--pairs', join(folder, 'p.png')),
      '--pairs needs images',
    ],
    ['pairs in another format', () => both(samples, reference, '--pairs', 'p.jpg'), '--pairs p.jpg: expected the name'],
    ['logits of images', () => ['--logits', samples], 'expected an .npy of logits'],
  ])('%s', async (_, flags, message) => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const argv = await flags();
    const before = filesIn(folder);
    const network = argv.includes('--network') ? [] : ['--network', 'pixels-2x2x3'];
    const result = await cli(['eval', ...argv, ...network]);
    expect(result.err).toContain(message);
    expect(result.err).toMatch(/^noisesmith: [^\n]+\n$/);
    expect(result).toMatchObject({ exitCode: 2, out: '' });
    expect(filesIn(folder)).toEqual(before);
  });
});
