// References: the files that runs of `@noisesmith/runs` have left, computed by the oracle; axe-core's rules.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { memoryRunFiles, openRun } from '@noisesmith/runs';
import { openOracle } from '@noisesmith/tensor';
import type { Page } from '@noisesmith/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyDataset, tinyRun } from '../../../packages/runs/src/testing/tiny-run';
import { openViewer } from './open-viewer';
import { seenText } from './seen-text';

const folder = mkdtempSync(join(tmpdir(), 'noisesmith-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = [
  'config.json',
  'tuning.json',
  'dataset.json',
  'stats.jsonl',
  'grids/000004.png',
  'grids/000008.png',
  'grid.png',
];

function write(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A whole run, its files in `folder/both/NAME`. */
async function train(name: string, settings: Record<string, unknown>): Promise<void> {
  const files = memoryRunFiles();
  const config = tinyRun({ 'output.evalEvery': 4, 'output.evalN': 4, ...settings });
  using run = await openRun(config, { backend: openOracle(), dataset: await tinyDataset(), files, tick: { steps: 1 } });
  await run.train();
  for (const path of names) write(join('both', name, path), (await files.read(path))!);
}

interface Line {
  readonly step: number;
  readonly loss: number;
  readonly frechet?: number;
  readonly lossByLogSnr: { readonly from: number; readonly counts: number[]; readonly losses: (number | null)[] };
}
const linesOf = (name: string): Line[] =>
  readFileSync(join(folder, 'both', name, 'stats.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  await train('plain', {});
  await train('scaled', { 'train.inputScale': 0.5, 'train.seed': 3 });
});

const choose = (page: Page, path: string) => page.locator('input[type=file]').setInputFiles(join(folder, path));
const table = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).locator('tbody tr');
const cells = async (page: Page, name: string): Promise<string[][]> =>
  Promise.all((await table(page, name).all()).map((row) => row.locator('td').allInnerTexts()));
/** As the page shows numbers: four digits. */
const shown = (value: number): string => String(Number(value.toPrecision(4)));

async function saved(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).first().click();
  return readFileSync(await (await download).path(), 'utf8');
}

describe('two runs that are dropped', () => {
  it('are compared, sorted, told apart and saved', async () => {
    await using viewer = await openViewer({ path: '#/runs', webgpu: false });
    const { page } = viewer;
    await choose(page, 'both');
    await page.getByRole('heading', { name: '2 runs' }).waitFor();

    const distance = (name: string) => Math.min(...linesOf(name).flatMap(({ frechet = Infinity }) => frechet));
    const row = (name: string) => [name, 'finished', '8', shown(linesOf(name).at(-1)!.loss), shown(distance(name))];
    const found = await cells(page, 'Runs');
    expect(found.map((texts) => texts.slice(1, 6))).toEqual([row('plain'), row('scaled')]);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: /^Run/ }).first().click();
    await expect.poll(async () => (await cells(page, 'Runs')).map((texts) => texts[1])).toEqual(['scaled', 'plain']);

    const settings = await cells(page, 'Settings of the runs');
    expect(settings).toEqual([
      ['train.seed', '0', '3'],
      ['train.inputScale', '1', '0.5'],
    ]);
    await page.getByLabel('Only what differs').uncheck();
    await expect.poll(async () => (await cells(page, 'Settings of the runs')).length).toBeGreaterThan(30);

    const csv = await saved(page, 'Save as CSV');
    expect(csv.split('\r\n').map((line) => line.split(',')[0])).toEqual(['Run', 'scaled', 'plain', '']);
    const json = JSON.parse(await saved(page, 'Save as JSON'));
    expect(json.map((run: { name: string }) => run.name)).toEqual(['plain', 'scaled']);
    expect(json[1]).toMatchObject({
      state: 'finished',
      results: { step: 8, loss: linesOf('scaled').at(-1)!.loss },
      settings: { 'train.inputScale': 0.5 },
      problems: [],
    });
    expect(viewer.faults).toEqual([]);
  });

  it('show losses by noise level as the run has them, and their samples on the way', async () => {
    await using viewer = await openViewer({ path: '#/runs', webgpu: false, dark: true });
    const { page } = viewer;
    // By the keyboard alone, from the folder to its samples.
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.locator('input[type=file]').press('Enter'),
    ]);
    await chooser.setFiles(join(folder, 'both/plain'));
    const map = page.getByRole('region', { name: 'Loss by noise level over time, plain' });
    await map.locator('summary').press('Enter');
    await map.locator('tbody tr').first().waitFor();
    const head = await map.locator('thead th').allInnerTexts();
    const first = head.findIndex((text) => /steps 0 to 1$/.test(text));
    const rows = await Promise.all(
      (await map.locator('tbody tr').all()).map((row) => row.locator('td').allInnerTexts()),
    );
    const { counts, from, losses } = linesOf('plain')[0]!.lossByLogSnr;
    counts.forEach((count, i) => {
      const level = `${from + i} to ${from + i + 1}`.replaceAll('-', '−');
      const text = rows.find(([name]) => name === level)![first];
      expect([level, text]).toEqual([level, count === 0 ? '' : String(Number(losses[i]!.toPrecision(3)))]);
    });

    // Back from the end to the first grid.
    const slider = page.getByRole('slider', { name: 'Samples after' });
    await slider.focus();
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('the end');
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('step 4');
    const picture = page.getByRole('img', { name: 'Samples of plain at step 4' });
    await picture.waitFor();
    // It is there before it is decoded.
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(50);
    expect(await viewer.violations()).toEqual([]);

    const box = page.getByRole('checkbox', { name: 'Show plain' });
    await box.focus();
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Curves' }).waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).hash).toMatch(/hide=dropped:/);
    expect(viewer.faults).toEqual([]);
  });
});

describe('files that are not as they should be', () => {
  it('are told in one line each, and what is sound is shown', async () => {
    await using viewer = await openViewer({ path: '#/runs', webgpu: false });
    const { page } = viewer;
    const text = readFileSync(join(folder, 'both/plain/stats.jsonl'), 'utf8');
    const lines = text.split('\n');
    write('odd/cut/stats.jsonl', text.slice(0, -30));
    write('odd/damaged/stats.jsonl', [lines[0], 'no JSON', ...lines.slice(1)].join('\n'));
    write('odd/damaged/config.json', '{"preset":');
    write(
      'odd/noise/stats.jsonl',
      Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251),
    );
    write('odd/old/stats.jsonl', text.replace(/"lossByLogSnr":\{[^}]*\},/g, ''));
    await choose(page, 'odd');
    await page.getByRole('heading', { name: '4 runs' }).waitFor();
    const count = linesOf('plain').length;
    const notes = page.getByRole('status').filter({ hasText: 'Note:' });
    const said = async () => (await notes.allInnerTexts()).map((note) => note.replace(/\s+/g, ' '));
    await expect
      .poll(said)
      .toEqual([
        `Note: damaged: stats.jsonl: 1 of ${count + 1} lines are damaged and left out, the first is line 2`,
        'Note: damaged: config.json is damaged: no JSON object; its settings are not shown',
        'Note: noise: stats.jsonl is damaged: no line holds a step; expected a JSON object on each',
      ]);
    const steps = async () => (await cells(page, 'Runs')).map((texts) => [texts[1], texts[3]]);
    await expect.poll(steps).toEqual([
      ['cut', String(linesOf('plain').at(-2)!.step)],
      ['damaged', '8'],
      ['noise', ''],
      ['old', '8'],
    ]);
    await page.getByText('keeps its losses by quarter of t alone').waitFor();
    write('none/cat.txt', 'no run');
    await choose(page, 'none');
    const error = async () => (await seenText(page.getByRole('alert'))).replace(/\s+/g, ' ');
    await expect
      .poll(error)
      .toBe(
        'Error: no run among what was dropped (none/cat.txt); expected the folder of a run, with config.json and stats.jsonl',
      );
    expect(await viewer.violations()).toEqual([]);
    expect(viewer.faults).toEqual([]);
  });
});

it('a run that is served is followed while it trains and the page is seen', async () => {
  const lines = readFileSync(join(folder, 'both/plain/stats.jsonl'), 'utf8').split(/(?<=\n)/);
  let known = 3;
  const files = (): Record<string, string> => ({
    'config.json': readFileSync(join(folder, 'both/plain/config.json'), 'utf8'),
    'stats.jsonl': lines.slice(0, known).join(''),
    lock: '{}',
  });
  let looks = 0;
  const answer = (path: string) => {
    if (path === 'run/') {
      looks += 1;
      const list = Object.entries(files()).map(([name, text]) => ({ path: name, size: text.length, modified: 1 }));
      return { type: 'application/json', body: JSON.stringify({ runs: [{ path: '', name: 'live', files: list }] }) };
    }
    const body = files()[path.replace(/^run\//, '')];
    return body === undefined ? undefined : { type: 'text/plain', body };
  };
  await using viewer = await openViewer({ path: '#/runs', webgpu: false, phone: true, answer });
  const { page } = viewer;
  await page.getByText('Live: live.').waitFor();
  const step = async () => (await cells(page, 'Runs'))[0]!.slice(1, 4);
  const at = (count: number) => ['live', 'training', String(linesOf('plain')[count - 1]!.step)];
  await expect.poll(step).toEqual(at(3));
  known = 6;
  await expect.poll(step).toEqual(at(6));

  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  // One look may be under way; further ones would come every three seconds.
  await page.waitForTimeout(1000);
  const before = looks;
  known = 7;
  await page.waitForTimeout(8000);
  expect([looks, await step()]).toEqual([before, at(6)]);
  await hide(false);
  await expect.poll(step).toEqual(at(7));
  expect(await viewer.violations()).toEqual([]);
  expect(viewer.faults).toEqual([]);
});
