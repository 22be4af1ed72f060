// Reference: the weights of nsfwjs, with FID's last pool, run by TensorFlow.js 4.22 on WebAssembly. What the two graphs differ
// in, and the oracle, are compared in Node (packages/metrics/src/inception/feature-network.test.ts).
import { nsfwWeights, resizeImages } from '@noisesmith/metrics';
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relativeError } from '../src/testing/error';
import { pictures } from '../src/testing/pictures';
import { firstChannels, openTfjsInception, softmax } from '../src/testing/tfjs-inception';
import type {} from './inception-page';

const images = pictures(1, 64);

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./inception-page.ts', import.meta.url), {
    files: { '/images': new Uint8Array(images.data.buffer) },
  });
});
afterAll(() => chromium.close());

it('features in Chromium are those of TensorFlow.js', async () => {
  const { digest, features, name } = await chromium.page.evaluate(() => inception.features('fid', 1, 64));
  const weights = await nsfwWeights('fid');
  expect({ digest, name }).toEqual({ digest: weights.digest, name: weights.name });
  using reference = await openTfjsInception('max');
  const expected = reference.run(resizeImages(images, 299, 'half-pixel').data);
  expect(relativeError(features.pool, expected.features)).toBeLessThan(1e-5);
  expect(relativeError(features.spatial, firstChannels(expected.map))).toBeLessThan(1e-5);
  expect(relativeError(softmax(features.logits, 5), expected.probabilities)).toBeLessThan(1e-5);
});
