// References: the files as they are written here; `noisesmith inspect` and `noisesmith eval` on the same files; the fixtures of
// torch.save; axe-core's rules.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { collectParts, writeIdx, writeNpy, writeNpz, writeSafetensors } from '@noisesmith/formats';
import { momentsOf, statisticsParts } from '@noisesmith/metrics';
import { rinConfigToMetadata } from '@noisesmith/rin';
import { encodePng, presetConfig } from '@noisesmith/runs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../../trainer/test/cli-run';
import type { Viewer } from './chromium';
import { dropFiles } from './drop-files';
import { openViewer } from './open-viewer';
import { seenText } from './seen-text';

const root = mkdtempSync(join(tmpdir(), 'viewer-inspect-'));

function put(path: string, content: Uint8Array | string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const SIDE = 6;
const EACH = SIDE * SIDE * 3;
const pixels = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count * EACH }, (_, i) => Math.floor(128 + 120 * Math.sin(seed + i * i * 0.37 + i)));
const png = (data: Uint8Array) => encodePng({ width: SIDE, height: SIDE, channels: 3, data });

const { model, ...preset } = presetConfig('mnist-tiny');
const weights = Float32Array.from({ length: 400 }, (_, i) => (i - 100) / 100);
const model400 = { dtype: 'F32', shape: [20, 20], data: weights } as const;
const bad = { dtype: 'F32', shape: [3], data: Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY) } as const;
const files = {
  model: put(
    'model.safetensors',
    writeSafetensors(
      { 'stem.weight': model400, 'stem.bias': bad },
      {
        config: rinConfigToMetadata(model),
        run: JSON.stringify({ ...preset, model }),
        classes: '["zero","one"]',
        note: '<b>no markup</b>',
      },
    ),
  ),
  samples: put(
    'samples.npz',
    writeNpz({
      arr_0: { dtype: 'U8', shape: [40, SIDE, SIDE, 3], data: pixels(40, 1) },
      arr_1: { dtype: 'I32', shape: [40], data: Int32Array.from({ length: 40 }, (_, i) => (i < 30 ? 0 : 2)) },
    }),
  ),
  features: put(
    'features.npy',
    writeNpy({
      dtype: 'F32',
      shape: [30, 4],
      data: Float32Array.from({ length: 120 }, (_, i) => ((i * 7919) % 31) / 31),
    }),
  ),
  digits: put(
    'digits-idx3-ubyte',
    writeIdx({ dtype: 'U8', shape: [5, 4, 4], data: Uint8Array.from({ length: 80 }, (_, i) => i) }),
  ),
  torch: new URL('../../../packages/formats/fixtures/torch-zip.pth', import.meta.url).pathname,
  photos: join(root, 'photos'),
  statistics: join(root, 'statistics.npz'),
};

let viewer: Viewer;
beforeAll(async () => {
  for (let i = 0; i < 50; i++) {
    put(`photos/${i < 20 ? 'cat' : 'dog'}/${i}.png`, png(pixels(50, 2).subarray(i * EACH, (i + 1) * EACH)));
  }
  put('photos/dog/notes.bmp', 'BM');
  const rows = Float32Array.from({ length: 120 }, (_, i) => ((i * 104729) % 37) / 37);
  put('statistics.npz', await collectParts(statisticsParts({ moments: momentsOf({ count: 30, size: 4, rows }) })));
  viewer = await openViewer({ path: '#/inspect', webgpu: false });
});
afterAll(async () => {
  await viewer?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});
afterEach(() => expect(viewer.faults).toEqual([]));

const drop = (path: string) => dropFiles(viewer.page, 'Weights, arrays or pictures', [path]);
const shown = (path: string) => viewer.page.getByRole('heading', { level: 2, name: basename(path) }).waitFor();
const region = (name: string | RegExp) => viewer.page.getByRole('region', { name });
/** Polls for a minute: other tests may keep the machine busy. */
/** What an alert says, without the word that only screen readers hear. */
const alertText = async () => (await seenText(viewer.page.getByRole('alert'))).replace(/^Error:\s*/, '');
const main = () => seenText(viewer.page.getByRole('main'));

describe('look inside', () => {
  it('a model: its network, run, classes, and values of its tensors as the command line tells them', async () => {
    const { page } = viewer;
    await drop(files.model);
    await shown(files.model);
    const text = await main();
    expect(text).toContain('The weights of a trained network: 2 arrays, 403 parameters');
    expect(text).toMatch(/latentDim\s+64/);
    await page.getByText(/^Settings of the run/).click();
    await expect.poll(main).toMatch(/train\.batch\s+8/);
    await page.getByText(/^2 classes/).click();
    await expect.poll(main).toMatch(/1\s+one/);
    await page.getByText(/^Metadata/).click();
    await expect.poll(main).toContain('<b>no markup</b>');

    const { out } = await cli(['inspect', files.model, '--check', '--json']);
    const { values } = JSON.parse(out).tensors[0];
    await page.getByRole('button', { name: 'Read all values' }).click();
    const row = page.getByRole('row').filter({ hasText: 'stem.weight' });
    await expect.poll(() => seenText(row)).toContain(String(Number(values.max.toPrecision(4))));
    await expect
      .poll(async () => (await seenText(row)).split(/\s+/).slice(-4))
      .toEqual(['−1', String(Number(values.mean.toPrecision(4))), String(Number(values.max.toPrecision(4))), '0']);
    const spoilt = page.getByRole('row').filter({ hasText: 'stem.bias' });
    await expect.poll(() => seenText(spoilt)).toMatch(/1\s+1\s+1\s+2$/);

    await page.getByRole('button', { name: 'stem.weight' }).click();
    await page.getByRole('img', { name: /How often values of stem\.weight occur/ }).waitFor();
    await region('Values of stem.weight')
      .getByText(/^Counts/)
      .click();
    const counts = await page
      .getByRole('table', { name: 'Values of stem.weight by bins' })
      .locator('td:last-child')
      .allInnerTexts();
    expect(counts).toHaveLength(64);
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(400);
    expect(await viewer.violations()).toEqual([]);
  });

  it('an archive: its pictures, and its classes with their counts', async () => {
    await drop(files.samples);
    await shown(files.samples);
    const picture = viewer.page.getByRole('img', { name: '1, 6 × 6', exact: true });
    await picture.waitFor();
    const drawn = await picture.evaluate((canvas: HTMLCanvasElement) => [
      ...canvas.getContext('2d')!.getImageData(0, 0, 1, 1).data,
    ]);
    expect(drawn).toEqual([...pixels(40, 1).subarray(EACH, EACH + 3), 255]);
    const classes = await seenText(viewer.page.getByRole('table', { name: 'Pictures of each class' }));
    expect(classes).toMatch(/0\s+0\s+30\s+2\s+2\s+10/);
  });

  it('IDX, npy and torch files', async () => {
    await drop(files.digits);
    await shown(files.digits);
    await expect.poll(main).toMatch(/An IDX file: 1 array, 80 elements/);
    await viewer.page.getByRole('img', { name: '4, 4 × 4', exact: true }).waitFor();
    await drop(files.features);
    await shown(files.features);
    await expect.poll(main).toContain('30 × 4');
    await drop(files.torch);
    await shown(files.torch);
    await expect.poll(main).toContain('A file of torch.save');
    await viewer.page.getByRole('button', { name: 'f64', exact: true }).click();
    await expect.poll(() => seenText(region('Values of f64'))).toMatch(/Most\s+5/);
  });

  it('a folder: its classes, what is left out, and each picture that is broken', async () => {
    put('spoilt/a/1.png', png(pixels(1, 1)));
    put('spoilt/a/2.png', 'no picture');
    put('spoilt/b/empty.png', '');
    for (let i = 0; i < 70; i++) put(`spoilt/b/${i}.png`, png(pixels(1, i)));
    put('spoilt/b/99.png', png(pixels(1, 1)).subarray(0, 60));
    await drop(join(root, 'spoilt'));
    await shown('spoilt');
    await viewer.page.getByRole('button', { name: 'Look for broken pictures in all 74' }).click();
    const alert = viewer.page.getByRole('alert').filter({ hasText: 'not decode' });
    await expect.poll(() => seenText(alert)).toContain('3 pictures of 74 do not decode');
    for (const name of ['a/2.png', 'b/empty.png', 'b/99.png']) await expect.poll(() => seenText(alert)).toContain(name);
    const inCli = JSON.parse((await cli(['inspect', join(root, 'spoilt'), '--check', '--json'])).out);
    const classes = await seenText(viewer.page.getByRole('table', { name: 'Pictures of each class' }));
    for (const { images, name } of inCli.classes) expect(classes).toMatch(new RegExp(`${name}\\s+${images}`));
    await expect.poll(main).toContain(inCli.fingerprint);
    await drop(files.photos);
    await shown('photos');
    await expect.poll(main).toMatch(/1 file with ending \.bmp, such as .*notes\.bmp/);
    expect(await viewer.violations()).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string, string | RegExp]>([
    [
      'safetensors',
      () => put('cut.safetensors', writeSafetensors({ w: model400 }).subarray(0, 500)),
      /^cut\.safetensors: tensor "w": .*truncated/,
    ],
    ['npz', () => put('cut.npz', writeNpz({ w: model400 }).subarray(0, 500)), /^cut\.npz: not a readable npz archive/],
    ['npy', () => put('cut.npy', writeNpy(model400).subarray(0, 500)), /^cut\.npy: .*1600/],
    [
      'IDX',
      () => put('cut-idx1-ubyte', writeIdx({ dtype: 'U8', shape: [9], data: new Uint8Array(9) }).subarray(0, 12)),
      /^cut-idx1-ubyte: truncated: IDX shape \[9\] of U8 takes 9 bytes, found 4/,
    ],
    ['torch', () => put('cut.pth', Uint8Array.of(0x80, 2, 0x8a, 10)), /^cut\.pth: truncated/],
    [
      'text',
      () => put('notes.txt', 'no tensors here'),
      /^notes\.txt: not a safetensors, npz, npy, IDX or torch\.save file/,
    ],
    [
      'folder',
      () => {
        put('text/a.txt', 'a');
        put('text/b.txt', 'b');
        return join(root, 'text');
      },
      /^text: no images .* 2 with ending \.txt/,
    ],
  ])('says in one line what is wrong with a damaged file: %s', async (_, make, message) => {
    await drop(await make());
    await expect.poll(alertText).toMatch(message);
    await expect.poll(alertText).not.toContain('\n');
  });

  it('finds damage in an array when its values are read', async () => {
    const bytes = writeNpz({ a: { dtype: 'U8', shape: [300], data: new Uint8Array(300).fill(5) } });
    bytes[bytes.indexOf(5, 200)]! ^= 1;
    await drop(put('damaged.npz', bytes));
    await shown('damaged.npz');
    await viewer.page.getByRole('button', { name: 'a', exact: true }).click();
    await expect.poll(alertText).toMatch(/damaged\.npz: a\.npy: damaged: .*CRC-32/);
  });
});

describe('measure', () => {
  const measured = async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    const json = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    const command = await seenText(page.locator('code').filter({ hasText: 'noisesmith eval' }));
    return { json, command };
  };
  /** Equal but for the last digits, in which the logarithms of two versions of V8 may differ. */
  function expectSame(found: unknown, expected: unknown, at = ''): void {
    if (typeof expected === 'number' && typeof found === 'number') {
      const apart = Math.abs(found - expected);
      expect(apart, `${at}: ${found} and ${expected}`).toBeLessThanOrEqual(1e-11 * Math.max(1e-3, Math.abs(expected)));
    } else if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
      expect(Object.keys(found), at).toEqual(Object.keys(expected));
      for (const [key, value] of Object.entries(expected)) {
        expectSame((found as Record<string, unknown>)[key], value, `${at}.${key}`);
      }
    } else expect(found, at).toEqual(expected);
  }
  /** The command that the page gives, run in the folder of the files. */
  async function inTerminal(command: string) {
    const argv = command.split(' ').slice(1);
    const place = (word: string, i: number) =>
      ['--samples', '--reference'].includes(argv[i - 1]!) ? join(root, word) : word;
    const { exitCode, out } = await cli(argv.map(place));
    expect(exitCode).toBe(0);
    // Files are called by their paths there, and by their names here.
    return JSON.parse(out.replaceAll(`${root}/`, ''));
  }
  /** Another state of the page, without the sides of the one before. */
  const start = async (state: string) => {
    await viewer.visit(`#/inspect?${state}`);
    const away = viewer.page.getByRole('button', { name: /^Take away / });
    while ((await away.count()) > 0) await away.first().click();
  };
  const take = async (samples: string, reference: string) => {
    await dropFiles(viewer.page, /^Samples/, [samples]);
    await viewer.page.getByRole('button', { name: `Take away ${basename(samples)}` }).waitFor();
    await dropFiles(viewer.page, /^Reference/, [reference]);
    await viewer.page.getByRole('button', { name: `Take away ${basename(reference)}` }).waitFor();
  };

  it('gives the numbers that `noisesmith eval` gives, without a device', async () => {
    await start('view=measure&side=2&k=2&seed=4&metrics=fid;kid;pr;mind;memorisation;fid-infinity');
    await take(files.samples, files.photos);
    const { command, json } = await measured();
    expect(json).toMatchObject({
      samples: { count: 40 },
      reference: { count: 50 },
      network: 'pixels-2x2x3',
      resize: 'area',
      seed: 4,
    });
    const there = await inTerminal(command);
    expectSame(json, there);
    const text = await main();
    expect(text).toContain('N 40 and 50 · pixels-2x2x3 · resize area');
    expect(text).toMatch(/mind: 40 samples and 50 of the reference are few/);
    expect(text).toMatch(/not comparable with FID/);
    const card = viewer.page.locator('dl > div').filter({ hasText: 'Fréchet distance (fid)' });
    await expect.poll(() => seenText(card)).toContain(String(Number(json.fid.toPrecision(6))));
    expect(await viewer.violations()).toEqual([]);
  });

  it('of some pictures, in other features', async () => {
    await start('view=measure&side=3&channels=1&most=20&metrics=kid');
    await take(files.photos, files.samples);
    const { command, json } = await measured();
    expect(command).toContain('--network pixels-3x3x1 --most 20 --json');
    expectSame(json, await inTerminal(command));
    expect(json.samples.count).toBe(20);
  });

  it('of features and statistics, offering what they can give', async () => {
    await start('view=measure');
    await take(files.features, files.statistics);
    await expect.poll(() => viewer.page.getByRole('checkbox', { name: 'Kernel distance' }).isDisabled()).toBe(true);
    await expect.poll(main).toContain('needs pictures or features, not statistics');
    const { command, json } = await measured();
    expect(command).toBe('noisesmith eval --samples features.npy --reference statistics.npz --metrics fid --json');
    expectSame(json, await inTerminal(command));
  });

  it('says in one line what is wrong with a side, and is cancelled', async () => {
    await start('view=measure&metrics=mind');
    await dropFiles(viewer.page, /^Samples/, [put('short.npz', writeNpz({ w: model400 }).subarray(0, 300))]);
    await expect.poll(alertText).toMatch(/^short\.npz: not a readable npz archive/);
    await expect.poll(() => viewer.page.getByRole('button', { name: 'Measure', exact: true }).isDisabled()).toBe(true);
    await take(files.samples, files.photos);
    await viewer.page.getByRole('spinbutton', { name: 'Pixels a side' }).fill('64');
    await viewer.page.getByRole('button', { name: 'Measure', exact: true }).click();
    await viewer.page.getByRole('button', { name: 'Cancel' }).click();
    await viewer.page.getByRole('button', { name: 'Measure', exact: true }).waitFor();
    await expect.poll(() => viewer.page.getByRole('heading', { name: 'Result' }).count()).toBe(0);
  });

  it('tells what is wrong with weights of Inception', async () => {
    await start('view=measure&network=inception');
    await take(files.samples, files.photos);
    await dropFiles(viewer.page, 'Weights of Inception', [files.model]);
    await viewer.page.getByText('Weights: model.safetensors').waitFor();
    await viewer.page.getByRole('button', { name: 'Measure', exact: true }).click();
    await expect.poll(alertText).toMatch(/model\.safetensors: not the Inception-v3 of FID: it lacks /);
  });
});

describe('by the keyboard alone, in the dark', () => {
  it('opens a file, reads a tensor, goes to measure', async () => {
    await using dark = await openViewer({ path: '#/inspect', webgpu: false, dark: true, phone: true });
    const { page } = dark;
    const chooser = page.waitForEvent('filechooser');
    await page.getByLabel('Choose files').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(files.model);
    await page.getByRole('heading', { level: 2, name: 'model.safetensors' }).waitFor();
    await page.getByRole('button', { name: 'stem.weight' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /How often values/ }).waitFor();
    expect(await dark.violations()).toEqual([]);
    await page.getByRole('radio', { name: 'Look inside' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Two sets' }).waitFor();
    await expect.poll(() => page.url()).toContain('view=measure');
    await page.getByRole('checkbox', { name: 'MIND' }).focus();
    await page.keyboard.press('Space');
    await expect.poll(() => page.url()).toContain('metrics=fid;kid;pr;mind');
    expect(await dark.violations()).toEqual([]);
    expect(dark.faults).toEqual([]);
  });
});
