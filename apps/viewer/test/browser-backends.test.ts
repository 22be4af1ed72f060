// References: what the browser tells of itself (`crossOriginIsolated`, `navigator.hardwareConcurrency`); the issue's own demand
// on browsers and servers that lack something: a clear message or a slower path, never a hang.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Viewer } from './chromium';
import { openViewer } from './open-viewer';
import { seenText } from './seen-text';

/** Scripts of the page in a browser that lacks what they take away. */
const hosts = {
  bare: { bare: true },
  /** WebAssembly without vectors. */
  scalar: { prelude: () => 'WebAssembly.validate = () => false;' },
  /** No memory of so many addresses, however few are asked for. */
  cramped: { prelude: () => 'WebAssembly.Memory = function () { throw new RangeError("no memory"); };' },
  threadless: { prelude: (name: string) => (isThread(name) ? 'throw new Error("no thread today");' : '') },
  /** A thread comes to its end when it tells the page for the forty-first time that something is done. */
  mortal: {
    prelude: (name: string) =>
      isThread(name)
        ? `const post = globalThis.postMessage.bind(globalThis);
           let told = 0;
           globalThis.postMessage = (message) => {
             if (++told > 40) throw new Error('this thread has died');
             post(message);
           };`
        : '',
  },
};
const isThread = (name: string): boolean => name.includes('worker-browser');

let viewer: Viewer;
beforeAll(async () => {
  viewer = await openViewer({ path: '#/device', webgpu: false, hosts });
});
afterAll(async () => {
  await viewer?.[Symbol.asyncDispose]();
});

const main = () => seenText(viewer.page.getByRole('main'));
const says = (words: string | RegExp) => expect.poll(main).toMatch(words);
const train = (host?: string) =>
  viewer.visit('#/train?shape=moons&batch=16&steps=200&every=0', host).then(async () => {
    await viewer.page.getByRole('button', { name: /^Start/ }).click();
  });

it('without a GPU the pages compute on all cores, and say so', async () => {
  const { page } = viewer;
  const [isolated, cores] = await page.evaluate(() => [crossOriginIsolated, navigator.hardwareConcurrency] as const);
  expect(isolated).toBe(true);
  await says(`WebAssembly, ${cores} threads: no usable GPU here (no WebGPU adapter)`);
  await expect.poll(main).toContain('shared by the threads');
  await train();
  await says(/All steps are done/);
  await says(`WebAssembly, ${cores} threads`);
});

it('on a server that does not isolate them they compute on one thread, and say why', async () => {
  await viewer.visit('#/device', 'bare');
  expect(await viewer.page.evaluate(() => crossOriginIsolated)).toBe(false);
  await says(
    /WebAssembly, 1 thread: no usable GPU here .*; one thread, since the server of this page does not isolate it/,
  );
  await train('bare');
  await says(/All steps are done/);
  await says(/WebAssembly, 1 thread/);
});

it('without vectors they say what they need', async () => {
  await viewer.visit('#/device', 'scalar');
  await says(/Nothing to train or sample with: .*no WebAssembly SIMD/);
  await viewer.visit('#/train', 'scalar');
  await says('Training needs WebAssembly with SIMD or WebGPU, and this browser offers neither here.');
  await expect.poll(() => viewer.page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
  await viewer.page.getByRole('button', { name: 'Spiral' }).click();
  await expect
    .poll(() => viewer.page.getByRole('application').getAttribute('aria-label'))
    .toBe('Drawing of 400 points');
  expect(await viewer.violations()).toEqual([]);
});

it('without memory they say so', async () => {
  await viewer.visit('#/device', 'cramped');
  await says(/Nothing to train or sample with: .*the runtime gives no memory/);
});

it('where threads do not start they say so', async () => {
  await train('threadless');
  await says(/Ended by an error.*no thread today/s);
});

it('where threads come to an end training goes on with new ones, and ends with a message when that is no use', async () => {
  await train('mortal');
  await says(/this thread has died/);
  await says(/another one was opened; training goes on from step \d+/);
  await says(/Ended by an error/);
});

it('makes no request elsewhere and breaks no policy', () => {
  expect(viewer.faults).toEqual([]);
});
