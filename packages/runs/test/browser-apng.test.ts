// Reference: Chromium's own decoder of animated PNGs.
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeApng, type Pixels } from '../src';
import type {} from './apng-page';

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./apng-page.ts', import.meta.url));
});
afterAll(() => chromium.close());

it.each([1, 3])('Chromium shows the frames of %d channels, each for its time', async (channels) => {
  const frames = [0, 1, 2].map(
    (seed): Pixels => ({
      width: 7,
      height: 4,
      channels,
      data: Uint8Array.from({ length: 28 * channels }, (_, i) => (i * 37 + seed * 91) % 256),
    }),
  );
  const file = [...encodeApng(frames, { delay: [40, 50, 1000] })];
  const seen = await chromium.page.evaluate((bytes) => decodeApng(bytes), file);
  expect(seen.plays).toBe(Number.POSITIVE_INFINITY);
  expect(seen.durations).toEqual([40_000, 50_000, 1_000_000]);
  const shown = ({ data }: Pixels): number[] =>
    Array.from({ length: 28 }, (_, i) => [
      ...(channels === 1 ? [data[i]!, data[i]!, data[i]!] : data.subarray(3 * i, 3 * i + 3)),
      255,
    ]).flat();
  expect(seen.frames).toEqual(frames.map(shown));
});
