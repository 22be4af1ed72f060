// Reference: `noisesmith sample` in Node with the same weights, seeds and settings; the definitions of the page's figures.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bytesSource, openNpz, readNpz } from '@noisesmith/formats';
import type { Page } from '@noisesmith/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliArguments } from '../../trainer/test/cli-arguments';
import { carried } from '../scripts/carried';
import { decodeTrajectories } from '../src/model/trajectories-npz';
import type { Viewer } from './chromium';
import { openViewer } from './open-viewer';

const folder = mkdtempSync(join(tmpdir(), 'noisesmith-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = promisify(execFile);

/** What the command line draws from the network that comes with the page. */
async function sampleInNode(...flags: readonly string[]): Promise<ReturnType<typeof readNpz>> {
  const out = join(folder, 'node.npz');
  const args = [...cliArguments, 'sample', '--checkpoint', carried.weights];
  await run(process.execPath, [...args, ...flags, '--out', out]);
  return readNpz(readFileSync(out));
}

/** Chromium's software adapter compiles and computes on the CPU. */
const PATIENCE = 300_000;

/** A browser that has nothing to compute with. */
const without = `WebAssembly.validate = () => false;
  Object.defineProperty(Object.getPrototypeOf(navigator), 'gpu', { get: () => undefined, configurable: true });`;

let viewer: Viewer;
beforeAll(async () => {
  viewer = await openViewer({ path: '#/sample', hosts: { idle: { prelude: () => without } } });
  viewer.page.setDefaultTimeout(PATIENCE);
});
afterAll(() => viewer[Symbol.asyncDispose]());

const button = (name: string | RegExp) => viewer.page.getByRole('button', { name, exact: true });
const slider = () => viewer.page.getByRole('slider', { name: 'Step' });
const at = () => slider().getAttribute('aria-valuetext');

const onWebGpu = '?backend=webgpu';

/** Goes to a state of the page anew, and waits until what it asks for is drawn. */
async function visitDrawn(state: string, backend = ''): Promise<void> {
  await viewer.page.goto('about:blank');
  await viewer.visit(`${backend}#/sample?${state}`);
  await viewer.page.getByText('Drawn beforehand by').waitFor({ state: 'detached' });
  await button('Draw').waitFor();
}

/** A file that the page gives. */
async function kept(name: RegExp): Promise<Buffer> {
  const [download] = await Promise.all([viewer.page.waitForEvent('download'), button(name).click()]);
  return readFileSync(await download.path());
}

/** Ends the browser's process that owns all devices. Chromium keeps a page from new ones after a second time. */
const loseDevice = async (page: Page) => (await page.context().newCDPSession(page)).send('Browser.crashGpuProcess');

describe('page Sample', () => {
  let fromNode: ReturnType<typeof sampleInNode>;
  beforeAll(() => {
    fromNode = sampleInNode('--seeds', '3,7,40', '--steps', '3', '--guidance', '2');
    return fromNode;
  });

  it('shows at once what was drawn beforehand, and is sound', async () => {
    await button('seed 29, class 9').waitFor();
    await viewer.page.getByText(/^14×14, 10 classes/).waitFor();
    await expect.poll(at).toMatch(/^step 15 of 25, t = 0\.44, λ = /);
    expect(await viewer.violations()).toEqual([]);
  });

  it.each([
    ['WebGPU', onWebGpu, 'WebGPU, swiftshader: as asked for'],
    ['what is best here', '', 'WebAssembly, '],
  ])('draws the pixels that the command line draws, by %s', async (_, backend, words) => {
    const wanted = await fromNode;
    await visitDrawn('seeds=3,7,40&steps=3&guidance=2', backend);
    await viewer.page.getByText(`Computed by ${words}`).waitFor();
    const file = await kept(/^Arrays/);
    const got = readNpz(file);
    for (const arrays of [got, wanted]) expect(arrays.get('arr_1')!.data).toEqual(Int32Array.of(3, 7, 0));
    const names = await (await openNpz(bytesSource(file))).text('class_names');
    expect(names).toEqual(Array.from({ length: 10 }, (_, label) => String(label)));
    const pixels = Array.from(got.get('arr_0')!.data as Uint8Array);
    const reference = Array.from(wanted.get('arr_0')!.data as Uint8Array);
    expect(pixels).toHaveLength(3 * 196);
    expect(Math.max(...reference)).toBeGreaterThan(200);
    pixels.forEach((value, i) => {
      expect(Math.abs(value - reference[i]!)).toBeLessThanOrEqual(2);
    });
    const { moments } = decodeTrajectories(file);
    expect(moments.map(({ t }) => t)).toEqual([1, 2 / 3, 1 / 3, 0].map((t) => expect.closeTo(t, 9)));
    expect(await viewer.violations()).toEqual([]);
  });

  it('is walked through by keys, forwards and backwards', async () => {
    await slider().focus();
    await viewer.page.keyboard.press('Home');
    await expect.poll(at).toMatch(/^step 1 of 3, t = 1\.00/);
    await viewer.page.keyboard.press('ArrowRight');
    await expect.poll(at).toMatch(/^step 2 of 3, t = 0\.67/);
    await expect.poll(() => viewer.page.getByRole('img', { name: /^Estimate of x0 at t = 0\.67/ }).count()).toBe(1);
    await viewer.page.keyboard.press('End');
    await expect.poll(at).toMatch(/^the sample, t = 0\.00/);
    await button('Play backwards').click();
    await expect.poll(at, { timeout: PATIENCE }).toMatch(/^step 1 of 3/);
    await button('Play').click();
    await expect.poll(at, { timeout: PATIENCE }).toMatch(/^the sample/);
  });

  it('gives a film with a frame for every moment, and a picture', async () => {
    const film = await kept(/^Film/);
    const control = film.indexOf('acTL');
    expect(film.readUInt32BE(control + 4)).toBe(4);
    expect((await kept(/^Picture/)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('draws two settings on the same seeds, with their difference', async () => {
    await visitDrawn('mode=two&seeds=0-1&steps=2&stepsB=2&guidance=0&guidanceB=0');
    await viewer.page.getByText('estimates differ by 0.0 %').waitFor();
    await viewer.page.getByRole('group', { name: 'B' }).getByRole('slider', { name: 'Guidance' }).press('End');
    await button('Draw').click();
    const line = viewer.page.getByText(/estimates differ by/);
    const share = async () => Number(/by ([\d.]+) %/.exec((await line.textContent()) ?? '')?.[1]);
    await expect.poll(share, { timeout: PATIENCE }).toBeGreaterThan(1);
    await button('Draw').waitFor();
    await expect.poll(() => viewer.page.getByRole('img', { name: /^Difference of A and B/ }).count()).toBe(2);
    expect(await viewer.violations()).toEqual([]);
  });

  it('draws a grid of numbers of steps, whose cells are gone to by keys', async () => {
    await visitDrawn('mode=steps&seeds=4-5&guidance=0');
    await button('seed 4, class 4, 4 steps').focus();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await viewer.page.keyboard.press(key);
    const cell = button('seed 5, class 5, 32 steps');
    await expect.poll(() => cell.getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => cell.evaluate((element) => element === document.activeElement)).toBe(true);
    await slider().press('Home');
    await expect.poll(at).toMatch(/^step 1 of 32/);
  });

  it('is cancelled, keeps what there is, and draws the next', async () => {
    // So many that there is time to cancel.
    await visitDrawn('seeds=0-59&steps=2');
    await viewer.page.getByRole('spinbutton', { name: 'Steps' }).fill('1000');
    await viewer.page.getByRole('textbox', { name: 'Seeds' }).press('Enter');
    await viewer.page.getByText(/^Step [1-9]\d* of 1000/).waitFor();
    await button('Cancel').click();
    await button('Draw').waitFor();
    await slider().press('End');
    await expect.poll(at).toMatch(/^the sample/);
    await expect.poll(() => viewer.page.getByRole('alert').count()).toBe(0);
    await viewer.page.getByRole('spinbutton', { name: 'Steps' }).fill('2');
    await button('Draw').click();
    await viewer.page.getByText(/^the sample/).waitFor();
    await button('Draw').waitFor();
    await slider().press('Home');
    await expect.poll(at).toMatch(/^step 1 of 2,/);
  });

  it('says what is wrong with a file in one line, and keeps the network it had', async () => {
    const { page } = viewer;
    const choose = async (name: string, bytes: Buffer) => {
      await page.getByLabel('Network').selectOption('file');
      await page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: bytes });
    };
    const bytes = readFileSync(carried.weights);
    bytes[bytes.length - 5]! ^= 1;
    await choose('bent.safetensors', bytes);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await expect.poll(() => alert.textContent()).toMatch(/bent\.safetensors: [^\n]+$/);
    await expect.poll(() => page.getByLabel('Network').inputValue(), { timeout: PATIENCE }).toBe('carried');
    await choose('notes.safetensors', Buffer.from('these are notes'));
    await expect.poll(() => alert.textContent(), { timeout: PATIENCE }).toMatch(/notes\.safetensors: [^\n]+$/);
    await expect.poll(() => button('Draw').isEnabled()).toBe(true);
    await choose('whole.safetensors', readFileSync(carried.weights));
    await alert.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByLabel('Network').inputValue(), { timeout: PATIENCE }).toBe('file');
    await button('Draw').waitFor();
  });

  it('offers the runs that this browser keeps', async () => {
    const { page } = viewer;
    const weights = [...readFileSync(carried.weights)];
    await page.evaluate(async (bytes) => {
      const write = async (
        folder: FileSystemDirectoryHandle,
        name: string,
        content: string | Uint8Array<ArrayBuffer>,
      ) => {
        const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await file.write(content);
        await file.close();
      };
      const root = await navigator.storage.getDirectory();
      const runs = await root.getDirectoryHandle('runs', { create: true });
      for (const id of ['done', 'begun']) {
        const folder = await runs.getDirectoryHandle(id, { create: true });
        const about = {
          title: `Mine, ${id}`,
          kind: 'pictures',
          created: '',
          updated: '',
          step: 1,
          steps: 2,
          loss: null,
        };
        await write(folder, 'about.json', JSON.stringify({ ...about, settings: {}, classes: [] }));
        if (id === 'done') await write(folder, 'ema.safetensors', Uint8Array.from(bytes));
      }
    }, weights);
    await visitDrawn('seeds=0&steps=1');
    await page.getByLabel('Network').selectOption({ label: 'Mine, begun' });
    await page.getByText('Mine, begun has no weights yet').waitFor();
    await page.getByLabel('Network').selectOption({ label: 'Mine, done' });
    await expect.poll(() => page.getByLabel('Network').inputValue(), { timeout: PATIENCE }).toBe('kept:done');
    await button('Draw').waitFor();
  });

  it('says when it loses its device, and draws with a new one', async () => {
    const { page } = viewer;
    await visitDrawn('seeds=0&steps=2&guidance=0', onWebGpu);
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('1000');
    await button('Draw').click();
    await page.getByText(/^Step [1-9]\d* of 1000/).waitFor();
    await loseDevice(page);
    await page.getByText('the device was lost while it drew; draw again').waitFor();
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('3');
    await button('Draw').click();
    await button('Cancel').waitFor();
    await button('Draw').waitFor();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await slider().press('Home');
    await expect.poll(at).toMatch(/^step 1 of 3,/);
  });

  it('without a backend shows what was drawn beforehand, and how to get one', async () => {
    const { page } = viewer;
    await viewer.visit('#/sample?sample=12', 'idle');
    await page.getByText('Drawing other samples needs').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Draw' }).isDisabled()).toBe(true);
    await page.getByRole('heading', { name: 'Seed 12, class 2' }).waitFor();
    await page.getByRole('slider', { name: 'Step' }).press('End');
    const shown = page.getByRole('img', { name: /^Estimate of x0 at t = 0\.00/ });
    const { data } = await shown.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return { data: Array.from(data).filter((_, i) => i % 4 === 0) };
    });
    const { x0 } = decodeTrajectories(readFileSync(carried.trajectories));
    const sample = x0.at(-1)!.subarray(12 * 196, 13 * 196);
    expect(data).toEqual(Array.from(sample, (value) => Math.round(255 * value)));
    expect(await viewer.violations()).toEqual([]);
  });

  it('makes no request elsewhere and no fault', () => {
    expect(viewer.faults).toEqual([]);
  });
});

it('is walked by the keyboard alone', async () => {
  await using other = await openViewer({ path: '#/sample', dark: true, backend: 'webgpu' });
  const { page } = other;
  page.setDefaultTimeout(PATIENCE);
  await page.getByText(/^14×14, 10 classes/).waitFor();
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim(),
    );
  const tabTo = async (name: string | RegExp) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      if (((await focused()) ?? '').match(name)) return;
    }
    throw new Error(`Tab does not come to ${name}`);
  };
  await tabTo(/^seed 0/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toBe('seed 1, class 1');
  await tabTo(/^Draw$/);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  await page.getByText('Play, or drag through the steps; choose another sample below.').waitFor();
  await page.getByRole('button', { name: 'Draw' }).waitFor();
  await expect.poll(() => page.getByRole('slider', { name: 'Step' }).getAttribute('max')).toBe('2');
  // A device that goes meanwhile is not noticed.
  await loseDevice(page);
  await tabTo(/^Draw$/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Cancel' }).waitFor();
  await page.getByRole('button', { name: 'Draw' }).waitFor();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  expect(await other.violations()).toEqual([]);
  expect(other.faults).toEqual([]);
});
