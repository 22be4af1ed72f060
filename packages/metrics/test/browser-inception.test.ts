// References: the weights of nsfwjs run by TensorFlow.js 4.22 on WebAssembly; the engine's oracle in double precision.
import { nsfwWeights, openFeatureNetwork, resizeImages } from '@noisesmith/metrics';
import { openOracle } from '@noisesmith/tensor';
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relativeError } from '../src/testing/error';
import { pictures } from '../src/testing/pictures';
import { openTfjsInception } from '../src/testing/tfjs-inception';
import type {} from './inception-page';

const images = pictures(1, 64);

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./inception-page.ts', import.meta.url), {
    files: { '/images': new Uint8Array(images.data.buffer) },
  });
});
afterAll(() => chromium.close());

const inChromium = (variant: 'keras' | 'fid') =>
  chromium.page.evaluate((asked) => inception.features(asked, 1, 64), variant);

it('features in Chromium are those of TensorFlow.js', async () => {
  const { features, name } = await inChromium('keras');
  using reference = await openTfjsInception();
  const expected = reference.run(resizeImages(images, 299, 'half-pixel').data);
  expect(name).toBe('nsfwjs');
  expect(relativeError(features.pool, expected.features)).toBeLessThan(1e-5);
});

it("those of the graph of FID are the oracle's", async () => {
  const { digest, features } = await inChromium('fid');
  using exact = await openFeatureNetwork(openOracle(), await nsfwWeights('fid'), { batch: 1 });
  const expected = await exact.features(images, { spatial: true, logits: true });
  expect(digest).toBe(exact.digest);
  expect(relativeError(features.pool, expected.pool)).toBeLessThan(1e-5);
  expect(relativeError(features.spatial, expected.spatial!)).toBeLessThan(1e-5);
  expect(relativeError(features.logits, expected.logits!)).toBeLessThan(1e-5);
});
