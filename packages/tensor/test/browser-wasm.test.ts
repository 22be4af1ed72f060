// References: the oracle in double precision, run in the page; the same steps on another number of threads, to the bit; that the
// adapter of this Chromium is SwiftShader, which is software.
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { expect, it } from 'vitest';
import type {} from './wasm-page';

const open = (isolated: boolean): Promise<ChromiumPage> =>
  openChromiumPage(new URL('./wasm-page.ts', import.meta.url), {
    isolated,
    // Where a page that was bundled as one file looks for the script of its threads.
    scripts: { '/threads/worker-browser.js': new URL('../src/wasm/threads/worker-browser.js', import.meta.url) },
  });

async function within(isolated: boolean, look: (chromium: ChromiumPage) => Promise<void>): Promise<void> {
  const chromium = await open(isolated);
  try {
    await look(chromium);
  } finally {
    await chromium.close();
  }
}

it('every operation and its gradient equal the oracle, on threads of a page that is cross-origin isolated', () =>
  within(true, async ({ page }) => {
    const found = await page.evaluate(() => wasm.operations());
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter(({ error, tolerance }) => !(error < tolerance))).toEqual([]);
  }));

it('it is chosen where WebGPU has a software adapter alone', () =>
  within(false, async ({ page }) => {
    expect(await page.evaluate(() => wasm.choice())).toEqual({
      kind: 'wasm',
      why: expect.stringMatching(/^no usable GPU here, only .*swiftshader/i),
    });
  }));

it('training gives the same bits on any number of threads, and on the one of a page that is not isolated', async () => {
  const weights = new Set<string>();
  await within(true, async ({ page }) => {
    for (const threads of [1, 3]) {
      const run = await page.evaluate((count) => wasm.train(count), threads);
      expect(run.description).toContain(threads === 3 ? '3 threads' : '1 thread');
      weights.add(run.weights);
    }
  });
  await within(false, async ({ page }) => {
    const run = await page.evaluate(() => wasm.train(undefined));
    expect(run.description).toContain('1 thread');
    weights.add(run.weights);
    expect(await page.evaluate(() => wasm.failure(2))).toBe(
      '2 threads, expected 1, since threads share no memory here',
    );
  });
  expect(weights.size).toBe(1);
});
