// Reference: the network's own answer to all images at once, and statistics of all its vectors at once; the definition of
// parts: equal in size, without common images, the same for the same seed.
import { bytesSource, openNpy, writeNpy } from '@noisesmith/formats';
import { describe, expect, it } from 'vitest';
import { arrayImages } from '../images/array-images';
import { resizeImages } from '../resize';
import { momentsOf } from '../statistics';
import { tinyNetwork } from '../testing/tiny-network';
import { cloudDistance, FeatureCloud } from './cloud';
import { collectFeatures } from './collect';
import { partOf, someIndices } from './parts';

const COUNT = 70;
const data = Float32Array.from({ length: COUNT * 8 * 5 * 3 }, (_, i) => ((i * 7919) % 997) / 997);
const set = arrayImages(
  await openNpy(bytesSource(writeNpy({ dtype: 'F32', shape: [COUNT, 8, 5, 3], data }))),
  'x.npy',
  'npy',
);

it('gives what the network says of all images, in order, and counts them up', async () => {
  const network = tinyNetwork();
  const progress: [number, number][] = [];
  const request = { spatial: true, logits: true };
  const got = await collectFeatures(set, network, {
    request,
    onProgress: (done, total) => progress.push([done, total]),
  });
  const expected = await tinyNetwork().features(
    resizeImages({ count: COUNT, height: 8, width: 5, data }, 6, 'half-pixel'),
    request,
  );
  expect(got.count).toBe(COUNT);
  expect(got.pool.whole.set).toEqual({ count: COUNT, size: 5, rows: expected.pool });
  expect(got.spatial!.whole.set!.rows).toEqual(expected.spatial);
  expect(got.logits!.whole.set).toEqual({ count: COUNT, size: 3, rows: expected.logits });
  expect(network.seen.map(({ count }) => count)).toEqual([16, 16, 16, 16, 6]);
  expect(progress).toEqual([
    [16, 70],
    [32, 70],
    [48, 70],
    [64, 70],
    [70, 70],
  ]);
});

it('some images are drawn by a seed, each once', () => {
  const some = someIndices(COUNT, 20, 1);
  expect(new Set(some).size).toBe(20);
  expect(some.toSorted((x, y) => x - y)).toEqual(some);
  expect(Math.min(...some) >= 0 && Math.max(...some) < COUNT).toBe(true);
  expect(someIndices(COUNT, 20, 2)).not.toEqual(some);
  expect(someIndices(3, 20, 1)).toEqual([0, 1, 2]);
});

describe('parts', () => {
  it('are equal in size, have no image in common, and are drawn anew by another seed', () => {
    const parts = (seed: number) => Array.from({ length: COUNT }, (_, i) => partOf(i, COUNT, 4, seed));
    const first = parts(0);
    expect([0, 1, 2, 3, 4].map((part) => first.filter((found) => found === part).length)).toEqual([17, 17, 17, 17, 2]);
    expect(parts(0)).toEqual(first);
    expect(parts(1)).not.toEqual(first);
    expect(partOf(5, 9, 1, 3)).toBe(0);
    expect(partOf(0, 3, 4, 0)).toBe(4);
  });

  it('hold the vectors of their images, kept or as statistics', async () => {
    const kept = await collectFeatures(set, tinyNetwork(), { parts: 3, seed: 2 });
    const { rows } = kept.pool.whole.set!;
    for (const [part, cloud] of kept.pool.parts.entries()) {
      const chosen = kept.indices.filter((index) => partOf(index, COUNT, 3, 2) === part);
      expect([...cloud.set!.rows]).toEqual(chosen.flatMap((i) => [...rows.subarray(i * 5, i * 5 + 5)]));
    }
  });

  it('of a set too large to keep are statistics, and the whole is what they make together', async () => {
    const options = { parts: 3, seed: 2 };
    const kept = await collectFeatures(set, tinyNetwork(), options);
    const streamed = await collectFeatures(set, tinyNetwork(), { ...options, keptBytes: 0 });
    expect(streamed.pool.whole.set).toBeUndefined();
    const clouds = (from: typeof kept) => [from.pool.whole, ...from.pool.parts];
    for (const [i, cloud] of clouds(streamed).entries()) {
      const expected = momentsOf(clouds(kept)[i]!.set!);
      const moments = await cloud.moments({});
      expect(moments.count).toBe(expected.count);
      moments.covariance.forEach((value, k) => {
        expect(value).toBeCloseTo(expected.covariance[k]!, 10);
      });
    }
    expect(() => streamed.pool.whole.vectors('kid', 'x.npy')).toThrow(
      'kid needs the features of x.npy, which holds statistics alone',
    );
  });
});

it('the distance is the same whether vectors or statistics are compared', async () => {
  const { pool } = await collectFeatures(set, tinyNetwork(), { parts: 2 });
  const [a, b] = pool.parts as [FeatureCloud, FeatureCloud];
  const few = [5, 9].map((count) => FeatureCloud.ofSet({ count, size: 5, rows: a.set!.rows.subarray(0, count * 5) }));
  const asMoments = async (cloud: FeatureCloud) => FeatureCloud.ofMoments(await cloud.moments({}));
  for (const [x, y] of [
    [a, b],
    [few[0]!, few[1]!],
  ] as const) {
    const expected = await cloudDistance(await asMoments(x), await asMoments(y), {});
    expect((await cloudDistance(x, y, {})) / expected).toBeCloseTo(1, 9);
  }
});

it('what a network does not have is refused before it is asked', async () => {
  const { classes: _, spatialSize: __, ...bare } = tinyNetwork();
  await expect(collectFeatures(set, bare, { request: { logits: true } })).rejects.toThrow(
    'the network tiny has no logits',
  );
  await expect(collectFeatures(set, bare, { request: { spatial: true } })).rejects.toThrow('no spatial features');
  const lying = tinyNetwork({ featureSize: 4 });
  await expect(collectFeatures(set, lying)).rejects.toThrow('gave 80 numbers for 16 images, 4 each expected');
});
