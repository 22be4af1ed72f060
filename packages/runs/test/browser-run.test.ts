// Reference: a run of the same settings on the same adapter that nothing stops; its files and samples, byte for byte.
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {} from './run-page';
import type { WorkerRequest } from './run-worker';

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./run-page.ts', import.meta.url), {
    scripts: { '/worker.js': new URL('./run-worker.ts', import.meta.url) },
  });
});
afterAll(() => chromium.close());

const train = async (request: WorkerRequest) => {
  const answer = await chromium.page.evaluate((asked) => runs.train(asked), request);
  expect(answer.error).toBeUndefined();
  return answer;
};

it('a worker trains, is stopped, and another one goes on to the same bits', async () => {
  const whole = await train({ folder: 'whole' });
  expect(whole).toMatchObject({ began: 0, end: 'done', grids: 2 });
  expect(Object.keys(whole.digests!)).toHaveLength(6);
  expect(new Set(whole.samples).size).toBeGreaterThan(1);

  const stopped = await train({ folder: 'stopped', stopAfter: 4 });
  expect(stopped.end).toBe('interrupted');
  expect(stopped.digests!['grid.png']).toBeUndefined();
  // The page is loaded again: only what the storage holds is left.
  await chromium.page.reload();
  const resumed = await train({ folder: 'stopped' });
  expect(resumed.began).toBeGreaterThanOrEqual(4);
  expect(resumed.end).toBe('done');
  expect(resumed.digests).toEqual(whole.digests);
  expect(resumed.samples).toEqual(whole.samples);
});
