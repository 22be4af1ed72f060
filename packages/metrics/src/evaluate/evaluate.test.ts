// References: the functions of this package, each checked against NumPy and SciPy where it stands, on features of the same
// network taken at once; the same images in other containers; the closed form of equal covariances; the definition of parts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@noisesmith/data';
import { bytesSource, collectParts, writeNpy, writeNpz } from '@noisesmith/formats';
import { afterAll, describe, expect, it } from 'vitest';
import { expectedBias } from '../expected-bias';
import type { FeatureNetwork } from '../feature-network';
import { frechetDistanceOfSets } from '../frechet';
import { frechetDistanceInfinity } from '../frechet-infinity';
import { datasetImages } from '../images/dataset-images';
import { inceptionScore } from '../inception-score';
import { kernelDistance } from '../kernel-distance';
import { mind } from '../mind';
import type { FeatureSet } from '../moments';
import { precisionRecall } from '../precision-recall';
import { momentsOf } from '../statistics';
import { statisticsParts } from '../statistics-file';
import { rgbPng } from '../testing/png';
import { tinyNetwork } from '../testing/tiny-network';
import { type EvaluationInput, type EvaluationOptions, evaluate } from './evaluate';
import { metricNames } from './result';
import { type EvaluationSide, openSide, sideOfImages } from './side';

const root = mkdtempSync(join(tmpdir(), 'evaluate-'));
afterAll(() => rmSync(root, { recursive: true }));

const SIDE = 6;
const EACH = SIDE * SIDE * 3;
const pixels = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count * EACH }, (_, i) => Math.floor(128 + 120 * Math.sin(seed + i * i * 0.37 + i)));
const samplePixels = pixels(40, 1);
const referencePixels = pixels(50, 2);

const npz = (data: Uint8Array, more: object = {}): Uint8Array =>
  writeNpz({ arr_0: { dtype: 'U8', shape: [data.length / EACH, SIDE, SIDE, 3], data }, ...more });
const open = (path: string, bytes: Uint8Array): Promise<EvaluationSide> => openSide(bytesSource(bytes, path), path);
const samples = await open('a.npz', npz(samplePixels));
const reference = await open('b.npz', npz(referencePixels));

async function featuresOf(data: Uint8Array, kind: 'pool' | 'spatial' | 'logits' = 'pool'): Promise<FeatureSet> {
  const count = data.length / EACH;
  const images = { count, height: SIDE, width: SIDE, data: Float32Array.from(data, (v) => v / 255) };
  const rows = (await tinyNetwork().features(images, { spatial: true, logits: true }))[kind]!;
  return { count, size: rows.length / count, rows };
}
const a = await featuresOf(samplePixels);
const b = await featuresOf(referencePixels);
const npy = ({ count, rows, size }: FeatureSet): Uint8Array =>
  writeNpy({ dtype: 'F32', shape: [count, size], data: Float32Array.from(rows) });

/** An archive of feature vectors that are all zero, packed. */
const zeros = (count: number, size: number): Uint8Array =>
  writeNpz({ feats: { dtype: 'F32', shape: [count, size], data: new Float32Array(count * size) } }, { compress: true });

const run = (input: EvaluationInput, options: Partial<EvaluationOptions> = {}) =>
  evaluate({ network: tinyNetwork(), samples, reference, ...input }, { metrics: ['fid'], ...options });

describe('evaluate', () => {
  it('gives every number that is asked for, and what it takes to do it again', async () => {
    const options = { splits: 2, subsets: 5, subsetSize: 10, k: 2, seed: 3 };
    const got = await run({}, { metrics: metricNames, ...options, pairs: 2 });
    const kid = kernelDistance(a, b, options);
    const score = inceptionScore(await featuresOf(samplePixels, 'logits'), options);
    const spatial = [await featuresOf(samplePixels, 'spatial'), await featuresOf(referencePixels, 'spatial')] as const;
    expect(got).toMatchObject({
      samples: { path: 'a.npz', count: 40, format: 'npz' },
      reference: { path: 'b.npz', count: 50, format: 'npz' },
      network: 'tiny',
      weights: 'd1',
      resize: 'half-pixel',
      kid: {
        full: kid.full,
        mean: kid.mean,
        std: kid.std,
        standardError: kid.standardError,
        subsets: 5,
        subsetSize: 10,
      },
      ...precisionRecall(a, b, options),
      inceptionScore: { mean: score.mean, std: score.std, splits: 2 },
      mind: mind(a, b, options),
      seed: 3,
    });
    expect(got.fid! / frechetDistanceOfSets(a, b)).toBeCloseTo(1, 10);
    expect(got.sfid! / frechetDistanceOfSets(...spatial)).toBeCloseTo(1, 10);
    expect(got.fidInfinity!.value).toBeCloseTo(frechetDistanceInfinity(a, momentsOf(b), options).value, 8);
    expect(got.memorisation).toMatchObject({ unseenAre: 'reference', samples: { count: 40 }, closest: [{}, {}] });
    expect(got.repeats).toBeUndefined();
    expect(structuredClone(got)).toEqual(got);
  });

  it('only what was asked for', async () => {
    const got = await run({}, { metrics: ['mind'] });
    expect(Object.keys(got)).toEqual([
      'samples',
      'reference',
      'network',
      'weights',
      'resize',
      'mind',
      'seed',
      'warnings',
    ]);
  });

  it('the FID of an archive is that of the same images as PNGs', async () => {
    const folder = join(root, 'png');
    mkdirSync(folder);
    for (let i = 0; i < 40; i++) {
      writeFileSync(join(folder, `${i}.png`), rgbPng(SIDE, SIDE, samplePixels.subarray(i * EACH, (i + 1) * EACH)));
    }
    const dataset = await openDataset(`folder:${folder}`, { folders: 'plain', cacheBytes: 0 });
    const png = await run({ samples: sideOfImages(folder, datasetImages(dataset)) });
    const { fid } = await run({});
    expect(Math.abs(png.fid! - fid!)).toBeLessThanOrEqual(1e-9 * fid!);
    expect(png.samples).toEqual({ path: folder, count: 40, format: 'png', fingerprint: dataset.fingerprint });
  });

  it('takes features and statistics in place of images, and then needs no network', async () => {
    const { fid } = await run({});
    const { network: _, ...bare } = { network: tinyNetwork(), samples: await open('a.npy', npy(a)) };
    const features = await evaluate({ ...bare, reference: await open('b.npy', npy(b)) }, { metrics: ['fid', 'kid'] });
    expect(features).toMatchObject({ network: null, weights: null, resize: null, samples: { format: 'features' } });
    expect(features.fid! / fid!).toBeCloseTo(1, 10);
    const made = { network: 'tiny', digest: 'd1', resize: 'half-pixel' };
    const own = await open('s.npz', await collectParts(statisticsParts({ moments: momentsOf(b), ...made })));
    const fromStatistics = await run({ reference: own });
    expect(fromStatistics.reference).toEqual({ path: 's.npz', count: 50, format: 'statistics' });
    expect(fromStatistics.fid! / fid!).toBeCloseTo(1, 9);
    expect((await evaluate({ samples: own, reference: own }, { metrics: ['fid'] })).fid).toBeCloseTo(0, 9);
  });

  it('an archive with images and statistics gives the distance of its statistics, and the rest of its images', async () => {
    const other = momentsOf(await featuresOf(pixels(500, 7)));
    const d = other.mean.length;
    const mu = { dtype: 'F64', shape: [d], data: other.mean } as const;
    const sigma = { dtype: 'F64', shape: [d, d], data: other.covariance } as const;
    const both = await open('virtual.npz', npz(referencePixels, { mu, sigma }));
    const published = tinyNetwork({ name: 'inception' });
    const got = await run({ reference: both, network: published }, { metrics: ['fid', 'pr'] });
    const expected = await evaluate(
      { samples: await open('a.npy', npy(a)), reference: await open('s.npz', writeNpz({ mu, sigma })) },
      { metrics: ['fid'] },
    );
    expect(got.fid! / expected.fid!).toBeCloseTo(1, 9);
    expect(got).toMatchObject(precisionRecall(a, b));
    expect(got.warnings[0]).toBe(
      'virtual.npz: its statistics do not say how images were resized; taken to be half-pixel',
    );
    expect(got.warnings[1]).toMatch(/^fid: 40 samples and unknown many of the reference are few/);
    const ofImages = await run({ reference: both });
    expect(ofImages.fid! / frechetDistanceOfSets(a, b)).toBeCloseTo(1, 9);
    expect(ofImages.warnings[0]).toMatch(/^virtual\.npz: its statistics are not used: .*network inception.* tiny/);
  });

  it('says how large the distance of perfect samples would be where there are few', async () => {
    const { warnings } = await run({});
    const bias = expectedBias(momentsOf(b), 40);
    expect(warnings).toEqual([
      `fid: 40 samples and 50 of the reference are few for 5 features (below 50): even perfect samples would score about ${bias.toPrecision(2)}; compare only with numbers of as many images`,
    ]);
    const many = await open('many.npz', npz(pixels(60, 1)));
    expect((await run({ samples: many })).warnings).toEqual([]);
  });

  it('the caveat of a network stands in every result', async () => {
    const network = tinyNetwork({ caveat: 'not comparable with published FID' });
    for (const metric of metricNames) {
      const { warnings } = await run({ network }, { metrics: [metric] });
      expect(warnings[0]).toBe('tiny: not comparable with published FID');
    }
  });

  it('repeats measure random parts of the samples, each against the whole reference', async () => {
    const got = await run({}, { metrics: ['fid', 'is'], repeats: 4, seed: 1 });
    const { fid, inceptionScore: score, ...rest } = got.repeats!;
    expect(rest).toEqual({ count: 4, images: 10 });
    expect(fid!.values).toHaveLength(4);
    expect(fid!.minimum).toBe(Math.min(...fid!.values));
    expect(score!.mean).toBeGreaterThan(1);
    const again = await run(
      { samples: await open('a.npy', npy(a)), reference: await open('b.npy', npy(b)) },
      {
        repeats: 4,
        seed: 1,
      },
    );
    again.repeats!.fid!.values.forEach((value, i) => {
      expect(value / fid!.values[i]!).toBeCloseTo(1, 9);
    });
    expect((await run({}, { repeats: 4, seed: 2 })).repeats!.fid!.values).not.toEqual(fid!.values);
  });

  it('scores logits without images', async () => {
    const logits = await featuresOf(samplePixels, 'logits');
    const got = await evaluate({ logits }, { metrics: ['is'], repeats: 2 });
    expect(got).toMatchObject({ samples: { path: 'logits', count: 40, format: 'logits' }, network: null });
    expect(got.inceptionScore!.mean).toBe(inceptionScore(logits).mean);
    expect(got.repeats!.inceptionScore!.values).toHaveLength(2);
    const network = tinyNetwork({ logitBias: false });
    expect((await run({ network }, { metrics: ['is'] })).inceptionScore).toMatchObject({ logitBias: false });
    expect(got.inceptionScore).not.toHaveProperty('logitBias');
  });

  it('finds copies among the samples, by the indices of the images', async () => {
    const copied = samplePixels.slice();
    copied.set(referencePixels.subarray(9 * EACH, 10 * EACH), 33 * EACH);
    const heldOut = await open('h.npz', npz(pixels(30, 5)));
    const got = await run(
      { samples: await open('c.npz', npz(copied)), heldOut },
      { metrics: ['memorisation'], pairs: 1 },
    );
    expect(got.memorisation!.closest).toEqual([
      {
        sample: 33,
        sampleName: 'c.npz: arr_0: image 33',
        reference: 9,
        referenceName: 'b.npz: arr_0: image 9',
        distance: 0,
      },
    ]);
    expect(got.memorisation).toMatchObject({ unseenAre: 'held-out', unseen: { count: 30 } });
    expect(got.heldOut).toEqual({ path: 'h.npz', count: 30, format: 'npz' });
  });

  it('names the images of the closest pairs, also where some before them do not decode', async () => {
    const folder = join(root, 'broken');
    mkdirSync(folder);
    for (let i = 0; i < 20; i++) {
      const image = referencePixels.subarray((i + 10) * EACH, (i + 11) * EACH);
      writeFileSync(join(folder, `${i}.png`), i === 3 ? 'no image' : rgbPng(SIDE, SIDE, image));
    }
    const dataset = await openDataset(`folder:${folder}`, { folders: 'plain', cacheBytes: 0 });
    const given = sideOfImages(folder, datasetImages(dataset));
    const got = await run({ samples: given }, { metrics: ['memorisation'], pairs: 20 });
    expect(got.samples.count).toBe(19);
    expect(got.warnings[0]).toMatch(/3\.png: .*; left out$/);
    const pairs = got.memorisation!.closest.map(({ reference: image, sample }) => [sample, image]);
    const expected = Array.from({ length: 20 }, (_, i) => [i, i + 10]).filter(([i]) => i !== 3);
    expect(pairs.toSorted(([x], [y]) => x! - y!)).toEqual(expected);
    const first = got.memorisation!.closest.find(({ sample }) => sample === 7)!;
    expect(first.sampleName).toBe(`${folder}: 7.png`);
  });

  it('reports how far it is, and ends with the reason of a signal', async () => {
    const seen: string[] = [];
    await run({}, { onProgress: ({ done, total, what }) => void (done === total && seen.push(what)) });
    expect(seen).toEqual(['features of a.npz', 'features of b.npz', 'fid', 'bias', 'bias'].slice(0, seen.length));
    expect(seen).toContain('fid');
    const controller = new AbortController();
    const stopped = run({}, { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('in one line is refused', () => {
  const moments = momentsOf(b);
  const statistics = async (made: object) =>
    open(
      's.npz',
      await collectParts(statisticsParts({ moments, network: 'tiny', digest: 'd1', resize: 'half-pixel', ...made })),
    );
  const { classes: _, spatialSize: __, ...bare } = tinyNetwork();
  const nan = new Float32Array(10);
  nan[7] = Number.NaN;

  it.each<[string, () => Promise<[EvaluationInput, Partial<EvaluationOptions>?]>, string]>([
    [
      'a reference of another network',
      async () => [{ reference: await statistics({ network: 'inception' }) }],
      's.npz was made with the network inception, a.npz with tiny: they cannot be compared',
    ],
    [
      'a reference of other weights',
      async () => [{ reference: await statistics({ digest: 'd2' }) }],
      's.npz was made with weights with SHA-256 d2, a.npz with d1',
    ],
    [
      'a reference of another resize',
      async () => [{ reference: await statistics({ resize: 'clean' }) }],
      's.npz was made with the resize clean, a.npz with half-pixel',
    ],
    [
      'features of another size',
      async () => [{ reference: await open('w.npy', npy({ count: 4, size: 3, rows: new Float32Array(12) })) }],
      'a.npz has features of size 5, w.npy of 3: two networks',
    ],
    [
      'features that are no numbers',
      async () => [{ reference: await open('n.npy', npy({ count: 2, size: 5, rows: nan })) }],
      'n.npy: feature 2 of row 1 is NaN',
    ],
    [
      'one image',
      async () => [{ samples: await open('one.npz', npz(pixels(1, 0))) }],
      'one.npz: 1 image; at least 2 are needed',
    ],
    [
      'no image',
      async () => [{ reference: await open('none.npz', npz(pixels(0, 0))) }],
      'none.npz: 0 images; at least 2',
    ],
    [
      'precision from statistics',
      async () => [{ reference: await statistics({}) }, { metrics: ['pr'] }],
      'pr needs images or features, not s.npz, which holds statistics alone',
    ],
    [
      'a score of features',
      async () => [{ samples: await open('a.npy', npy(a)) }, { metrics: ['is'] }],
      'is needs images or logits, not a.npy',
    ],
    [
      'a score without classes',
      async () => [{ network: bare }, { metrics: ['is'] }],
      'is needs logits, and the network tiny has none',
    ],
    [
      'sfid without spatial features',
      async () => [{ network: bare }, { metrics: ['sfid'] }],
      'sfid needs spatial features',
    ],
    ['nothing to measure', async () => [{}, { metrics: [] }], 'nothing to measure; expected some of fid, fid-infinity'],
    ['too many repeats', async () => [{}, { repeats: 21 }], '40 samples are too few for 21 repeats of at least 2'],
    ['a subset larger than the sets', async () => [{}, { metrics: ['kid'], subsetSize: 41 }], '41'],
  ])('%s', async (_name, input, message) => {
    const [given, options] = await input();
    const failure = await run(given, options).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).toContain(message);
    expect(failure?.message).not.toContain('\n');
    expect(failure?.name).toBe('MetricError');
  });

  it('images without a network, and a metric without its reference', async () => {
    const images: EvaluationInput = { samples, reference };
    await expect(evaluate(images, { metrics: ['fid'] })).rejects.toThrow('a.npz: images need a network');
    const alone: EvaluationInput = { samples, network: tinyNetwork() as FeatureNetwork };
    await expect(evaluate(alone, { metrics: ['fid'] })).rejects.toThrow('fid needs a reference');
  });

  it('an archive of few bytes that stand for many features', async () => {
    const bomb = zeros(2 ** 14, 1025);
    expect(bomb.length).toBeLessThan(2 ** 17);
    await expect(open('bomb.npz', bomb)).rejects.toThrow(
      /^bomb\.npz: 16384 vectors of 1025 features packed into \d+ bytes, which no network gives; refused$/,
    );
    expect((await open('few.npz', zeros(100, 8))).features).toMatchObject({ count: 100, size: 8 });
  });

  it('a truncated archive, at every length', async () => {
    const whole = npz(pixels(3, 0));
    for (let length = 0; length < whole.length; length += 97) {
      const opened = open('cut.npz', whole.subarray(0, length));
      const failure = await opened.then(
        () => undefined,
        (error: Error) => error,
      );
      expect(failure?.name, String(length)).toMatch(/^(FormatError|MetricError)$/);
      expect(failure?.message).toMatch(/^cut\.npz[^\n]*$/);
    }
  });
});
