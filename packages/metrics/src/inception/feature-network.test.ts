// References: the weights of nsfwjs run by TensorFlow.js 4.22 on WebAssembly; the engine's oracle in double precision.
import { type Device, openDevice, openOracle, openWasm } from '@noisesmith/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureNetwork } from '../feature-network';
import type { ImageBatch } from '../image-batch';
import { resizeImages } from '../resize';
import { relativeError } from '../testing/error';
import { pictures } from '../testing/pictures';
import { firstChannels, openTfjsInception, softmax } from '../testing/tfjs-inception';
import { openFeatureNetwork } from './feature-network';
import { nsfwWeights } from './nsfw';
import type { InceptionWeights } from './weights';

const images = pictures(3, 64);
const large = resizeImages(images, 299, 'half-pixel');
const BATCH = 2;

function imageOf({ data, height, width }: ImageBatch, index: number): ImageBatch {
  const each = height * width * 3;
  return { count: 1, height, width, data: data.subarray(index * each, (index + 1) * each) };
}

let device: Device;
let keras: FeatureNetwork;
let fid: FeatureNetwork;
let weights: InceptionWeights;
beforeAll(async () => {
  device = await openDevice();
  keras = await openFeatureNetwork(device, await nsfwWeights('keras'), { batch: BATCH });
  weights = await nsfwWeights('fid');
  fid = await openFeatureNetwork(device, weights, { batch: BATCH });
});
afterAll(() => {
  keras[Symbol.dispose]();
  fid[Symbol.dispose]();
  device.destroy();
});

describe.each(['keras', 'fid'] as const)('%s: features, the map of sFID and the classes', (variant) => {
  it('are those of TensorFlow.js', async () => {
    const network = variant === 'keras' ? keras : fid;
    using reference = await openTfjsInception(variant === 'keras' ? 'average' : 'max');
    const expected = reference.run(large.data);
    const found = await network.features(images, { spatial: true, logits: true });
    expect(relativeError(found.pool, expected.features)).toBeLessThan(1e-5);
    expect(relativeError(found.spatial!, firstChannels(expected.map))).toBeLessThan(1e-5);
    expect(relativeError(softmax(found.logits!, 5), expected.probabilities)).toBeLessThan(1e-5);
    expect([network.featureSize, network.spatialSize, network.classes]).toEqual([2048, 2023, 5]);
  });
});

it("the graph of FID is the oracle's, at another batch size, and on WebAssembly", async () => {
  const oracle = openOracle();
  using exact = await openFeatureNetwork(oracle, weights, { batch: 1 });
  const one = imageOf(images, 0);
  const request = { spatial: true, logits: true };
  using wasm = await openWasm();
  using onWasm = await openFeatureNetwork(wasm, weights, { batch: BATCH });
  const expected = await exact.features(one, request);
  for (const network of [fid, onWasm]) {
    const found = await network.features(one, request);
    expect(relativeError(found.pool, expected.pool)).toBeLessThan(1e-5);
    expect(relativeError(found.spatial!, expected.spatial!)).toBeLessThan(1e-5);
    expect(relativeError(found.logits!, expected.logits!)).toBeLessThan(1e-5);
  }
});

it('a mean and a maximum in the last block are two networks', async () => {
  const one = imageOf(images, 0);
  const [mean, maximum] = [await keras.features(one), await fid.features(one)];
  expect(relativeError(mean.pool, maximum.pool)).toBeGreaterThan(0.1);
  expect(keras.name).not.toBe(fid.name);
  expect([keras.caveat, fid.caveat]).toEqual([weights.caveat, weights.caveat]);
});

it('images have the same features wherever they stand, and in as much memory however many they are', async () => {
  const all = await fid.features(images);
  const before = device.liveBytes;
  for (let i = 0; i < images.count; i++) {
    const { pool } = await fid.features(imageOf(images, i));
    expect(pool).toEqual(all.pool.subarray(i * 2048, (i + 1) * 2048));
  }
  expect(device.liveBytes).toBe(before);
  expect((await fid.features({ ...images, count: 0, data: new Float32Array(0) })).pool).toEqual(new Float32Array(0));
});

it('weights that leave it to the resize are given 2x − 1, or (255x − 128)/128', async () => {
  const one = imageOf(large, 0);
  const expected = await fid.features(one, { logits: true });
  const open: InceptionWeights = { ...weights, range: 'resize' };
  // What each scaling makes the samples of `one` of again.
  const undone = { 'half-pixel': (x: number) => (x + 1) / 2, clean: (x: number) => (128 * x + 128) / 255 } as const;
  for (const resize of ['half-pixel', 'clean'] as const) {
    using network = await openFeatureNetwork(device, open, { batch: BATCH, resize, logitBias: false });
    const { logits, pool } = await network.features({ ...one, data: one.data.map(undone[resize]) }, { logits: true });
    expect(relativeError(pool, expected.pool)).toBeLessThan(1e-4);
    const bias = weights.head.at(-1)!.bias;
    expect(
      relativeError(
        logits!.map((y, i) => y + bias[i]!),
        expected.logits!,
      ),
    ).toBeLessThan(1e-4);
    expect(relativeError(logits!, expected.logits!)).toBeGreaterThan(1e-2);
  }
});
