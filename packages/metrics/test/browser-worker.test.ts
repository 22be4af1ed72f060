// References: the same numbers in Node, bit for bit; the closed form of unit covariances, at the size of an Inception's.
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frechetDistance, momentsOf } from '../src';
import { normalSet } from '../src/testing/sets';
import type {} from './worker-page';

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./worker-page.ts', import.meta.url), {
    scripts: { '/worker.js': new URL('../src/worker-browser.ts', import.meta.url) },
  });
});
afterAll(() => chromium?.close());

it('a worker gives what Node gives', async () => {
  const [a, b] = [momentsOf(normalSet(200, 80, 1)), momentsOf(normalSet(90, 80, 2, 1.5))];
  const lists = [a, b].map(({ covariance, mean }) => [[...mean], [...covariance]]) as [number[][], number[][]];
  const found = await chromium.page.evaluate(([x, y]) => metrics.lists(x, y), lists);
  expect(found.value).toBe(frechetDistance(a, b));
  expect(found.progress.at(-1)).toBe(1);
});

it('2048 dimensions, with progress, while the page goes on', async () => {
  const { progress, turns, value } = await chromium.page.evaluate(() => metrics.units(2048));
  expect(value).toBe(2048);
  expect(progress.length).toBeGreaterThan(4);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(turns).toBeGreaterThan(20);
});

it('stops when told to, and goes on with the next', async () => {
  const found = await chromium.page.evaluate(() => metrics.units(2048, 0.05));
  expect(found).toMatchObject({ error: 'stopped', next: 3 });
});

it('says what is wrong: with the numbers, with the worker', async () => {
  const found = await chromium.page.evaluate(() => metrics.lists([[0], [1]], [[0], [-1]]));
  expect(found).toMatchObject({
    name: 'MetricError',
    error: 'the second statistics: the variance of feature 0 is -1',
    next: 3,
  });
  expect(await chromium.page.evaluate(() => metrics.missing())).toContain('the worker failed: it did not load');
});
