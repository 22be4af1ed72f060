// References: the same picture and noise through the page's numerics in Node, which have references of their own; 64 / size;
// axe-core's rules.
import { logSnrToGamma, parseSchedule } from '@noisesmith/schedules';
import type { Page } from '@noisesmith/testing';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../packages/runs/src/png';
import { type ScaleChoice, sizeNumbers } from '../src/pages/noise/numbers';
import { type Size, sizes, squareOf } from '../src/pages/noise/numerics/sizes';
import { clouds } from '../src/pages/noise/samples/clouds';
import { createStudio } from '../src/pages/noise/studio';
import { percent, scale, signed } from '../src/pages/noise/words';
import { openViewer } from './open-viewer';

/** Measuring five sizes takes a while on a machine that does other things. */
const eventually = <T>(get: () => T, message?: string) => expect.poll(get, { timeout: 120_000, message });

/** A picture of 128 × 128 pixels, as a file and as it is read. */
const side = 128;
const picture = {
  width: side,
  height: side,
  channels: 3 as const,
  data: Uint8Array.from(clouds(side).data, (value) => Math.round(255 * value)),
};
const file = { name: 'mine.png', type: 'image/png', bytes: encodePng(picture) };

const studio = createStudio();
studio.setPicture(squareOf(picture));
studio.setSeed(0);
const sums = new Map(sizes.map((size) => [size, studio.sums(size)]));

/** What the page should say of every size. */
function expectedNumbers(t: number, choice: ScaleChoice, inputScale: number) {
  const logSnr = parseSchedule('simple_linear').logSnr(t);
  return sizes.map((size) => sizeNumbers(sums.get(size)!, sums.get(64)!, { logSnr, choice, inputScale }));
}

/** The cells of a row: size, b, logSNR, share got back and expected, finest detail, deviations, three b's. */
function expectedRows(...settings: Parameters<typeof expectedNumbers>) {
  return expectedNumbers(...settings).map((numbers) => [
    String(numbers.size),
    scale(numbers.inputScale),
    signed(numbers.logSnr),
    percent(numbers.recovered.drawn),
    percent(numbers.recovered.expected),
    numbers.finest === undefined ? 'none' : numbers.finest === 0 ? 'all' : `${numbers.finest.toFixed(1)} px`,
    numbers.deviation.toFixed(4),
    numbers.expectedDeviation.toFixed(4),
    scale(numbers.visibleScale),
    scale(numbers.shareScale),
    scale([1, 0.6, 0.5, 0.2, 0.1][sizes.indexOf(numbers.size)]!),
  ]);
}

/** Drops a file onto the page, as from a folder. */
async function drop(page: Page, { name, type, bytes }: typeof file) {
  const transfer = await page.evaluateHandle(
    ([fileName, fileType, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(content)], fileName, { type: fileType }));
      return data;
    },
    [name, type, [...bytes]] as const,
  );
  await page.getByRole('group', { name: 'A picture of yours' }).dispatchEvent('drop', { dataTransfer: transfer });
}

/** The numbers behind the first figure. */
async function rows(page: Page): Promise<string[][]> {
  const found = page.getByRole('region', { name: 'Numbers of every size' }).locator('tbody tr');
  return found.evaluateAll((elements) =>
    elements.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent!.trim())),
  );
}

const openNumbers = (page: Page) => page.getByText('Numbers of One noise level, five sizes').click();
const pixelsOf = (page: Page, name: string) =>
  page.getByRole('img', { name }).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    return [...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data];
  });
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length
    ? Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
    : Infinity;

describe('noise and size, without WebGPU', () => {
  it('takes a dropped picture, moves the noise, and finds the b of each size', async () => {
    await using viewer = await openViewer({ path: '#/noise', webgpu: false });
    const { page } = viewer;
    await drop(page, file);
    await page.getByText(`This picture is ${side} pixels wide`).waitFor();
    await expect.poll(() => page.getByRole('radio', { name: 'Yours' }).isChecked()).toBe(true);
    await expect.poll(() => page.getByText('enlarged', { exact: true }).count()).toBe(3);
    await openNumbers(page);
    await eventually(() => rows(page)).toEqual(expectedRows(0.5, 'one', 1));

    await page.getByRole('slider', { name: 'Noise', exact: true }).fill('0.8');
    await eventually(() => rows(page)).toEqual(expectedRows(0.8, 'one', 1));
    await eventually(() => page.url()).toContain('t=0.8');

    await page.getByRole('radio', { name: 'Same visible noise' }).check();
    await eventually(() => rows(page)).toEqual(expectedRows(0.8, 'visible', 1));
    await expect
      .poll(async () => (await rows(page)).map(([, b]) => b))
      .toEqual(['1', '0.5', '0.25', '0.125', '0.0625']);
    await page.getByRole('radio', { name: 'Averaged to 64' }).check();

    // Averaged, all sizes are the same picture, that of 64 pixels.
    const level = {
      alpha: Math.sqrt(logSnrToGamma(parseSchedule('simple_linear').logSnr(0.8))),
      sigma: Math.sqrt(0.8),
    };
    const whole = { view: { part: 1, left: 0, top: 0 } as const, points: 64 };
    const { pixels } = studio.noised(64, whole, level, 'even');
    for (const size of sizes) {
      const name = `The picture with noise, ${size} pixels a side`;
      await eventually(async () => furthest(await pixelsOf(page, name), pixels), name).toBeLessThanOrEqual(1);
    }

    await page.getByRole('radio', { name: 'Same share back' }).check();
    await eventually(() => rows(page)).toEqual(expectedRows(0.8, 'share', 1));
    for (const { noise, size } of expectedNumbers(0.8, 'share', 1)) {
      const name = `What the filter gets back of it, ${size} pixels a side`;
      const back = studio.recovered(size as Size, whole, noise).pixels;
      await eventually(async () => furthest(await pixelsOf(page, name), back), name).toBeLessThanOrEqual(1);
    }
    expect(viewer.faults).toEqual([]);
  });

  it('says in one line that a file is damaged, and keeps what was there', async () => {
    await using viewer = await openViewer({ path: '#/noise?t=0.3', webgpu: false });
    const { page } = viewer;
    await openNumbers(page);
    await eventually(async () => (await rows(page)).length).toBe(5);
    const before = await rows(page);
    await drop(page, { ...file, name: 'broken.png', bytes: file.bytes.slice(0, 200) });
    const alert = page.getByRole('alert');
    await expect
      .poll(() => alert.textContent())
      .toMatch(/^Error: \s*broken\.png: [^\n]+; expected a JPEG, PNG, WebP, GIF or AVIF picture\s*$/);
    await expect.poll(() => page.getByRole('radio', { name: 'Leaves' }).isChecked()).toBe(true);
    await expect.poll(() => rows(page)).toEqual(before);

    // Afterwards a sound one is taken, and a sample in its place.
    await drop(page, file);
    await page.getByRole('radio', { name: 'Yours' }).waitFor();
    await expect.poll(() => alert.count()).toBe(0);
    await eventually(() => rows(page)).toEqual(expectedRows(0.3, 'one', 1));
    await page.getByRole('radio', { name: 'Leaves' }).check();
    await eventually(() => rows(page)).toEqual(before);
    expect(viewer.faults).toEqual([]);
  });

  it('ends where a fast hand ends, and says what is wrong with a schedule', async () => {
    await using viewer = await openViewer({ path: '#/noise?picture=clouds&show=averaged', webgpu: false });
    const { page } = viewer;
    await openNumbers(page);
    await eventually(async () => (await rows(page)).length).toBe(5);
    const slider = page.getByRole('slider', { name: 'Noise', exact: true });
    for (let t = 0.05; t < 0.99; t += 0.02) await slider.fill(t.toFixed(2));
    await slider.fill('0');
    // Without noise everything comes back.
    await eventually(async () => (await rows(page)).map((row) => row[5])).toEqual(sizes.map(() => 'all'));
    // Averaged to 64 pixels, every size gives the small picture; panels follow the numbers when the worker has painted them.
    const clean = () => pixelsOf(page, 'The picture with noise, 64 pixels a side');
    for (const size of sizes) {
      const name = `What the filter gets back of it, ${size} pixels a side`;
      await eventually(async () => furthest(await pixelsOf(page, name), await clean()), name).toBeLessThanOrEqual(1);
    }
    await page.getByLabel('Schedule').fill('cosin');
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/cosin.*expected/);
    expect(viewer.faults).toEqual([]);
  });
});

describe('noise and size', () => {
  it('is worked by the keyboard alone', async () => {
    await using viewer = await openViewer({ path: '#/noise?picture=clouds', webgpu: false });
    const { page } = viewer;
    /** Goes on until what has the focus is called so. */
    const tabTo = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
          return element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent!.trim();
        });
        if (focused === name) return;
      }
      throw new Error(`no ${name} within 60 steps`);
    };
    await tabTo('One for all');
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.url()).toContain('scale=visible');
    await tabTo('Noise');
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.url()).toContain('t=0.505');
    await tabTo('Numbers of One noise level, five sizes');
    await page.keyboard.press('Enter');
    await eventually(async () => (await rows(page)).map(([, b]) => b)).toEqual(['1', '0.5', '0.25', '0.125', '0.0625']);
    await tabTo('Noise level');
    await page.keyboard.press('ArrowLeft');
    // A quarter of logSNR less than ln 0.495 / 0.505.
    const logSnr = Math.log(0.495 / 0.505) - 0.25;
    await eventually(async () => (await rows(page))[0]![2]).toBe(signed(logSnr));
    expect(viewer.faults).toEqual([]);
  });

  it.each([{ dark: false }, { dark: true, phone: true }])('breaks no rule of accessibility, %o', async (options) => {
    await using viewer = await openViewer({ path: '#/noise?scale=share&show=detail&picture=clouds', ...options });
    const { page } = viewer;
    await eventually(() => page.getByRole('img', { name: /pixels a side/ }).count()).toBe(10);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.getByLabel('Schedule').fill('nothing');
    expect(await viewer.violations()).toEqual([]);
    expect(viewer.faults).toEqual([]);
  });
});
