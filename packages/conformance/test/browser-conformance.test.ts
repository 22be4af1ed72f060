// Reference: fixtures/rin-tiny.safetensors, float64 values of an independent (PyTorch) implementation, computed by Chromium's
// WebGPU, and on its threads, instead of Node's.
import { readFileSync } from 'node:fs';
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareWithFixture } from '../src/testing/compare';
import type {} from './conformance-page';

const fixture = readFileSync(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./conformance-page.ts', import.meta.url), {
    files: { '/fixture': fixture },
    isolated: true,
    scripts: {
      '/threads/worker-browser.js': new URL('../../tensor/src/wasm/threads/worker-browser.js', import.meta.url),
    },
  });
});
afterAll(() => chromium.close());

it.each(['webgpu', 'wasm'] as const)('a browser computes what the fixture expects, by %s', async (backend) => {
  const results = await chromium.page.evaluate((kind) => conformance.run(kind), backend);
  const { checked, failures } = compareWithFixture(fixture, results);
  expect(failures).toEqual([]);
  expect(checked).toBe(432);
});
