// Reference: the issue's own demands on the page; the command line, which goes on with what the page has exported; axe-core's rules.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { encodePng } from '@noisesmith/runs';
import type { Page } from '@noisesmith/testing';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from './chromium';
import { openViewer } from './open-viewer';

/** A network so small that a software adapter trains it. */
const tiny = [
  'model.latents=4 model.latentDim=8 model.tapeDim=8 model.blocks=[1] model.heads=2 model.rwHeads=2',
  'model.tapeConvKernel=0 train.selfConditioning.rate=0 sampling.steps=2 output.checkpointEvery=100',
].join(' ');
const pictures = (kind: string, settings: string) =>
  `#/train?data=${kind}&size=8&batch=2&every=0&${settings}&more=${encodeURIComponent(tiny)}`;

const run = (page: Page, name: string) => page.getByRole('region', { name: `Run ${name}`, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** It says another word once something was trained. */
const start = (page: Page) => page.getByRole('button', { name: /^Start/ });

/** Steps done, as the page has it. */
async function stepOf(page: Page, name: string): Promise<number> {
  const text = (await run(page, name).textContent()) ?? '';
  return Number(/Step ([\d,]+) of/.exec(text)?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

/** Ends a wait that is for nothing, soon enough to see which; each takes seconds, on a busy machine half a minute. */
const limit = { timeout: 180_000 };

const atStep = (page: Page, name: string, step: number) =>
  expect
    .poll(() => stepOf(page, name), { ...limit, message: `step of run ${name}, at ${page.url()}` })
    .toBeGreaterThanOrEqual(step);

const says = (page: Page, name: string, words: RegExp) =>
  expect
    .poll(() => run(page, name).textContent(), { ...limit, message: `run ${name}, at ${page.url()}` })
    .toMatch(words);

/** What a chart's table says, by columns. */
async function numbersOf(page: Page, chart: string): Promise<number[][]> {
  const figure = page.getByRole('figure', { name: chart });
  await figure.getByText('Numbers').click();
  const lines = figure.locator('details tbody tr');
  await lines.first().waitFor();
  const rows = await lines.evaluateAll((found) =>
    found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
  );
  await figure.getByText('Numbers').click();
  return (rows[0] ?? []).map((_, column) =>
    rows.flatMap((row) => (row[column] === '' ? [] : [Number(row[column]!.replace('−', '-'))])),
  );
}

const temporary = mkdtempSync(join(tmpdir(), 'noisesmith-train-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** The command line in a folder. @returns exit code and what it said */
function noisesmith(folder: string, ...argv: string[]): Promise<{ code: number | null; said: string }> {
  const main = fileURLToPath(new URL('../../trainer/src/main.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(new URL('../../trainer/package.json', import.meta.url)).resolve('tsx')).href;
  const env = { ...process.env, XDG_CACHE_HOME: join(temporary, 'cache') };
  const flags = ['--conditions=@noisesmith/source', '--import', tsx, main, ...argv];
  const child = spawn(process.execPath, flags, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

describe('page Train', () => {
  let viewer: Viewer;
  let page: Page;
  beforeAll(async () => {
    viewer = await openViewer({ path: '#/train' });
    page = viewer.page;
    page.setDefaultTimeout(limit.timeout);
  });
  afterAll(async () => {
    await viewer[Symbol.asyncDispose]();
  });

  it('tells a wrong setting at its field, in the words of the run', async () => {
    await page.getByLabel('Noise schedule').fill('cosin@1');
    const line = page.getByText(/^train\.schedule: .*cosin/);
    await line.waitFor();
    await expect.poll(() => button(page, 'Start').isDisabled()).toBe(true);
    await page.getByLabel('Noise schedule').fill('simple_linear');
    await line.waitFor({ state: 'detached' });
  });

  it('trains points by the keyboard alone, two runs side by side, and the loss falls', async () => {
    await viewer.visit('#/train?shape=moons&batch=128&steps=60&every=0');
    await page.getByLabel('A second run beside it').focus();
    await page.keyboard.press('Space');
    // What is told by the clock may be one mean of all steps; the first step is told by itself.
    await button(page, 'One step').focus();
    await page.keyboard.press('Enter');
    for (const name of ['A', 'B']) await says(page, name, /One step on/);
    await button(page, 'Go on').focus();
    await page.keyboard.press('Enter');
    await says(page, 'A', /All steps are done/);
    await says(page, 'B', /All steps are done/);
    await expect.poll(() => page.getByRole('img', { name: /samples of run/ }).count(), limit).toBe(2);
    const [steps, a, b] = await numbersOf(page, 'Loss over steps');
    expect([steps![0], steps!.at(-1)]).toEqual([1, 60]);
    for (const losses of [a!, b!]) expect(losses.at(-1)).toBeLessThan(0.85 * losses[0]!);
    // The same network and data under two schedules.
    expect(a).not.toEqual(b);
    await expect
      .poll(() => run(page, 'A').textContent())
      .toMatch(/simple_linear.*WebAssembly, \d+ threads?: no usable GPU here/s);
    await expect.poll(() => run(page, 'B').textContent()).toContain('cosine');
  });

  it('shows the ways of points at any time, under another schedule of sampling', async () => {
    const places = () => page.getByRole('img', { name: /samples of run A/ }).getAttribute('aria-label');
    await expect.poll(places).toMatch(/step 30 of 30/);
    const slider = page.getByRole('slider', { name: 'Time' });
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(places).toMatch(/step 0 of 30, logSNR −/);
    await page.getByLabel('Steps of sampling').fill('7');
    await expect.poll(places, limit).toMatch(/ of 7,/);
  });

  it('draws points with pen and keys', async () => {
    await button(page, 'Clear').click();
    const pad = page.getByRole('application');
    await pad.focus();
    for (const key of ['Space', 'ArrowRight', 'ArrowDown', 'Space']) await page.keyboard.press(key);
    await expect.poll(() => pad.getAttribute('aria-label')).toBe('Drawing of 2 points');
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + 50, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, box.y + 60, { steps: 8 });
    await page.mouse.up();
    const drawn = Number(/\d+/.exec((await pad.getAttribute('aria-label'))!)![0]);
    expect(drawn).toBeGreaterThan(6);
    // A link brings the drawing back; the address follows a moment later.
    await page.waitForTimeout(1000);
    await page.reload();
    const again = page.getByRole('application');
    await expect.poll(() => again.getAttribute('aria-label')).toBe(`Drawing of ${drawn} points`);
  });

  it('pauses, is left and come back to, and restores its session after a reload', async () => {
    await viewer.visit(pictures('digits', 'steps=20000'));
    await start(page).click();
    await atStep(page, 'A', 2);
    // Another page of the site does not end it.
    const before = await stepOf(page, 'A');
    await page.getByRole('navigation').getByRole('link', { name: 'Device' }).click();
    await page.getByRole('heading', { level: 1, name: 'Device' }).waitFor();
    await page.goBack();
    await atStep(page, 'A', before + 1);
    await button(page, 'Pause').click();
    await says(page, 'A', /Paused/);
    const paused = await stepOf(page, 'A');
    await page.reload();
    await button(page, 'Open it again').click();
    await says(page, 'A', /Ready to go on/);
    await expect.poll(() => stepOf(page, 'A')).toBe(paused);
    await button(page, 'One step').click();
    await says(page, 'A', /One step on/);
    await expect.poll(() => stepOf(page, 'A')).toBe(paused + 1);
    await button(page, 'Go on').click();
    await atStep(page, 'A', paused + 3);
  });

  it('keeps to what a run began with, begins new ones with what is chosen, and goes on when its device is lost', async () => {
    await button(page, 'Pause').click();
    await says(page, 'A', /Paused/);
    await viewer.visit(`?backend=webgpu${pictures('digits', 'steps=20000')}`);
    await button(page, 'Open it again').click();
    await says(page, 'A', /Ready to go on.*WebAssembly, \d+ threads?: the run began with it, and keeps it/s);
    await button(page, 'Stop').click();
    await says(page, 'A', /Stopped/);
    await start(page).click();
    await says(page, 'A', /WebGPU, swiftshader: as asked for/);
    await atStep(page, 'A', 2);
    const before = await stepOf(page, 'A');
    const session = await page.context().newCDPSession(page);
    await session.send('Browser.crashGpuProcess');
    await says(page, 'A', /The device was lost, and another one was opened; training goes on from step \d+/);
    await atStep(page, 'A', before + 2);
    await button(page, 'Pause').click();
    await says(page, 'A', /Paused/);
    await button(page, 'Stop').click();
    await says(page, 'A', /Stopped/);
  });

  it('exports what the command line goes on with and samples from, and takes it in again', async () => {
    await viewer.visit(pictures('digits', 'steps=6'));
    await button(page, 'One step').click();
    await says(page, 'A', /One step on/);
    await button(page, 'Stop').click();
    await says(page, 'A', /Stopped/);
    const save = async (name: RegExp): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).first().click(),
      ]);
      const file = join(temporary, download.suggestedFilename());
      await download.saveAs(file);
      return file;
    };
    const zip = await save(/^Save all of Digits, simple_linear/);
    const out = join(temporary, 'run');
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      writeFileSync(join(out, path), bytes);
    }
    const trained = await noisesmith(out, 'train', '--out', '.');
    expect(trained.said).toMatch(/going on from step 1\n/);
    expect(trained.said).not.toMatch(/warning: .*data/);
    expect(trained.code).toBe(0);
    const lines = readFileSync(join(out, 'stats.jsonl'), 'utf8').trim().split('\n');
    // Lines come by the clock: the page's one and the end are certain.
    const steps = lines.map((line): number => JSON.parse(line).step);
    expect([steps[0], steps.at(-1)]).toEqual([1, 6]);
    expect(steps).toEqual([...new Set(steps)]);

    const weights = await save(/^Save weights of Digits, simple_linear/);
    const sampled = await noisesmith(out, 'sample', '--checkpoint', weights, '--n', '2', '--out', 'two.npz');
    expect(sampled.said).not.toMatch(/error/i);
    expect(sampled.code).toBe(0);

    const input = page.locator('input[accept*=".zip"]');
    await input.setInputFiles(zip);
    await says(page, 'A', /Ready to go on/);
    await expect.poll(() => stepOf(page, 'A')).toBe(1);
    await input.setInputFiles({ name: 'bad.zip', mimeType: 'application/zip', buffer: Buffer.from('no archive') });
    await page.getByText(/bad\.zip: no zip archive of a run/).waitFor();
    await button(page, 'Stop').click();
    await says(page, 'A', /Stopped/);
  });

  it('leaves a damaged picture out and says so', async () => {
    const picture = (seed: number) =>
      Buffer.from(
        encodePng({
          ...{ width: 12, height: 12, channels: 3 },
          data: Uint8Array.from({ length: 432 }, (_, i) => (i * seed) % 256),
        }),
      );
    await viewer.visit(pictures('pictures', 'steps=3'));
    await start(page).click();
    await page.getByText('Choose some pictures first.').waitFor();
    const files = [3, 5, 7].map((seed) => ({ name: `${seed}.png`, mimeType: 'image/png', buffer: picture(seed) }));
    const damaged = { name: 'damaged.png', mimeType: 'image/png', buffer: picture(11).subarray(0, 60) };
    await page.locator('input[accept*="image/png"]').setInputFiles([damaged, ...files]);
    await start(page).click();
    await says(page, 'A', /damaged\.png: [^;]*[^.]; left out/);
    await says(page, 'A', /All steps are done/);
  });

  it('removes what is kept', async () => {
    await button(page, 'Stop').click();
    const rows = () => page.getByRole('button', { name: /^Remove / }).count();
    const before = await rows();
    const remove = page.getByRole('button', { name: 'Remove Pictures, simple_linear' });
    await remove.click();
    await page.getByRole('button', { name: 'Really remove Pictures, simple_linear' }).click();
    await expect.poll(rows).toBe(before - 1);
  });

  it('has no violation of axe-core, light and dark, and no fault', async () => {
    for (const data of ['points&two=1', 'digits', 'emoji', 'pictures']) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await viewer.visit(`#/train?data=${data}`);
        expect(await viewer.violations(), `${data}, ${colorScheme}`).toEqual([]);
      }
    }
    expect(viewer.faults).toEqual([]);
  });
});
