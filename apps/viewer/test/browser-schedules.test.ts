// References: `noisesmith schedule --json` for the spec that the page shows; the paper's Table 1 and formula of the input
// scale; axe-core's rules.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parseSchedule } from '@noisesmith/schedules';
import type { Page } from '@noisesmith/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliArguments } from '../../trainer/test/cli-arguments';
import type { Viewer } from './chromium';
import { openViewer } from './open-viewer';

type Locator = ReturnType<Page['locator']>;

interface Printed {
  readonly schedule: string;
  readonly equals: readonly string[];
  readonly points: readonly Readonly<
    Record<'t' | 'gamma' | 'logSnr' | 'shiftedGamma' | 'shiftedLogSnr', number | string>
  >[];
}

/** What the command line prints of a curve; its times are the table's. */
async function printed(spec: string): Promise<Printed> {
  const [base, scale = '1'] = spec.split('~');
  const command = ['schedule', base!, '--scale', scale, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [...cliArguments, ...command]);
  return JSON.parse(stdout) as Printed;
}

const shownSpec = (page: Page): Promise<string> => page.getByLabel('Spec', { exact: true }).inputValue();

/** The rows of a file that "Save as CSV" gives, by the names in its first line. */
async function saved(page: Page, figure: string): Promise<Record<string, string>[]> {
  const download = page.waitForEvent('download');
  await page.getByRole('region', { name: figure }).getByRole('button', { name: 'Save as CSV' }).click();
  const [head, ...lines] = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  const cells = (line: string) => line.match(/"(?:[^"]|"")*"|[^,]+/g)!.map((cell) => cell.replace(/^"|"$/g, ''));
  const names = cells(head!.trim());
  return lines.map((line) => Object.fromEntries(cells(line.trim()).map((cell, i) => [names[i]!, cell])));
}

/** Chromium's cosine and Node's may differ in the last digit. */
function expectClose(actual: number, expected: number): void {
  if (Number.isFinite(expected))
    expect(Math.abs(actual - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));
  else expect(actual).toBe(expected);
}

/** The page's numbers of one curve are the command line's. */
async function expectPrinted(page: Page, spec: string): Promise<void> {
  const { points, equals } = await printed(spec);
  const rows = await saved(page, 'How much of the picture is left');
  expect(rows).toHaveLength(points.length);
  rows.forEach((row, i) => {
    const point = points[i]!;
    expect(Number(row.t)).toBe(point.t);
    expectClose(Number(row[`γ of ${spec}`]), Number(point.shiftedGamma));
    expectClose(Number(row[`logSNR of ${spec}`]), Number(point.shiftedLogSnr));
  });
  const names = page.getByRole('region', { name: 'Other names' }).getByRole('listitem');
  const listed = equals.length === 0 ? [] : await names.allTextContents();
  expect(listed.map((text) => text.trim().replace(/\s*Overlay$/, ''))).toEqual(equals);
}

async function drag(page: Page, handle: Locator, dx: number, dy: number): Promise<void> {
  await handle.scrollIntoViewIfNeeded();
  const box = (await handle.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2, { steps: 4 });
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
}

describe('bending a curve', () => {
  let viewer: Viewer;
  let page: Page;
  beforeAll(async () => {
    viewer = await openViewer({ path: '#/schedules', webgpu: false });
    page = viewer.page;
    await page.getByText('Numbers at eleven times').click();
  });
  afterAll(() => viewer[Symbol.asyncDispose]());

  it('by the mouse: the curve goes through the point, and its numbers are those of the command line', async () => {
    await expect.poll(() => shownSpec(page)).toBe('cosine@0.2,1,1');
    const handle = page.getByRole('slider', { name: 'start of curve 3' });
    await drag(page, handle, 30, 60);
    const spec = await shownSpec(page);
    expect(spec).toMatch(/^cosine@0\.\d+,1,1$/);
    expect(spec).not.toBe('cosine@0.2,1,1');

    // Where the handle lies on the chart is where the curve is: pixels of an axis of 0 to 1.
    const chart = (await page.getByRole('img', { name: /^γ\(t\)/ }).boundingBox())!;
    const box = (await handle.boundingBox())!;
    const ticks = page.getByRole('img', { name: /^γ\(t\)/ }).locator('line.grid');
    const lines = (await ticks.evaluateAll((all) =>
      all.map((line) => ['x1', 'x2', 'y1', 'y2'].map((name) => Number(line.getAttribute(name)))),
    )) as [number, number, number, number][];
    const ys = lines.filter(([, , y1, y2]) => y1 === y2).map(([, , y]) => y);
    const xs = lines.filter(([x1, x2]) => x1 === x2).map(([x]) => x);
    const share = (value: number, at: readonly number[]) =>
      (value - Math.min(...at)) / (Math.max(...at) - Math.min(...at));
    const t = share(box.x + box.width / 2 - chart.x, xs);
    const gamma = 1 - share(box.y + box.height / 2 - chart.y, ys);
    expect(Math.abs(parseSchedule(spec).gamma(t) - gamma)).toBeLessThan(0.01);

    await expectPrinted(page, spec);
    expect(viewer.faults).toEqual([]);
  });

  it('by arrow keys: a step of its value each, ten with Shift', async () => {
    const before = await shownSpec(page);
    const tau = page.getByRole('slider', { name: 'τ of curve 3' });
    await tau.focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => shownSpec(page)).toBe(before.replace(/,1$/, ',1.02'));
    await page.keyboard.press('Shift+ArrowDown');
    const [, , last] = (await shownSpec(page)).split(',');
    expect(Number(last)).toBeCloseTo(1.02 ** -9, 2);
    await expect.poll(() => tau.getAttribute('aria-valuetext')).toBe(`τ ${last}`);
    expect(Number(await tau.getAttribute('aria-valuenow'))).toBe(Number(last));
    await expectPrinted(page, await shownSpec(page));
  });

  it('by the input scale: logSNR moves by 2 ln b at every time', async () => {
    const [base] = (await shownSpec(page)).split('~');
    await drag(page, page.getByRole('slider', { name: 'input scale b of curve 3' }), 0, 40);
    const spec = await shownSpec(page);
    const b = Number(spec.split('~')[1]);
    expect(b).toBeLessThan(0.7);
    const [plain, moved] = [parseSchedule(base!), parseSchedule(spec)];
    for (const t of [0.1, 0.5, 0.9]) expect(moved.logSnr(t) - plain.logSnr(t)).toBeCloseTo(2 * Math.log(b), 12);
    await expectPrinted(page, spec);
    await expect.poll(() => page.getByText(`--set train.schedule=${base} --set train.inputScale=${b}`).count()).toBe(1);
  });

  it('keeps everything in its address', async () => {
    const spec = await shownSpec(page);
    await expect.poll(() => page.url()).toContain(`curves=simple_linear;simple_linear~0.4;${spec}`);
    await page.reload();
    await expect.poll(() => shownSpec(page)).toBe(spec);
  });
});

describe('comparing curves', () => {
  it('adds those of papers, says what they equal, hides, overlays and removes them', async () => {
    await using viewer = await openViewer({ path: '#/schedules', webgpu: false });
    const { page } = viewer;
    await page.getByRole('button', { name: 'Sizes 64 to 1024 (Table 1)' }).click();
    const radios = page.getByRole('radio');
    await expect.poll(() => radios.count()).toBe(5);
    await page.getByLabel('A curve of a paper').selectOption({ label: 'EDM' });
    await page.getByRole('button', { name: 'Add the curve of a paper' }).click();
    await expect.poll(() => shownSpec(page)).toBe('normal@2.4,2.4');
    await page.getByText("EDM's ln sigma ~ N(-1.2, 1.2^2)").waitFor();

    await page.getByLabel('Or a spec of your own').fill('cosine@0,1');
    await page.getByRole('button', { name: 'Add the spec' }).click();
    await page.getByText(/bad schedule spec "cosine@0,1": 2 values after "@"/).waitFor();
    await page.getByLabel('Or a spec of your own').fill('rectified_flow~shift@4');
    await page.keyboard.press('Enter');
    await expect.poll(() => shownSpec(page)).toBe('rectified_flow~0.25');
    await expect.poll(() => radios.count()).toBe(7);

    const curves = page.getByRole('img', { name: /^γ\(t\) of/ });
    await expect.poll(() => curves.getAttribute('aria-label')).toBe('γ(t) of 7 schedules');
    await page.getByRole('button', { name: 'Hide normal@2.4,2.4' }).click();
    await expect.poll(() => curves.getAttribute('aria-label')).toBe('γ(t) of 6 schedules');
    await page.getByRole('button', { name: 'Remove rectified_flow~0.25' }).click();
    await expect.poll(() => radios.count()).toBe(6);
    await page.getByRole('button', { name: 'Show normal@2.4,2.4' }).click();

    // A name that is a spec lies on the same curve.
    await page.getByLabel('Or a spec of your own').fill('cosine~0.5');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Overlay shifted_cosine@64,128,/ }).click();
    const row = (spec: RegExp) => page.getByRole('row', { name: spec }).getByRole('cell').allInnerTexts();
    const [given, overlaid] = [await row(/cosine~0\.5/), await row(/shifted_cosine@64,128,/)];
    expect(overlaid.slice(0, 3)).toEqual(given.slice(0, 3));
    expect(viewer.faults).toEqual([]);
  });

  it('reads exact values under the pointer', async () => {
    await using viewer = await openViewer({ path: '#/schedules?curves=simple_linear~0.4&t=0.25', webgpu: false });
    const { page } = viewer;
    const gamma = () =>
      page
        .getByRole('row', { name: /simple_linear~0\.4/ })
        .getByRole('cell')
        .first()
        .textContent();
    const digits = (t: number) => String(Number(parseSchedule('simple_linear~0.4').gamma(t).toPrecision(7)));
    await expect.poll(gamma).toBe(digits(0.25));
    const chart = page.getByRole('img', { name: /^γ\(t\)/ });
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.3);
    const read = await page.locator('output').first().textContent();
    const t = Number(/^t = ([\d.]+)$/.exec(read!)![1]);
    expect(t).toBeGreaterThan(0.4);
    expect(t).toBeLessThan(0.7);
    expect(Number(await gamma())).toBeCloseTo(Number(digits(t)), 6);
  });
});

describe('for everyone', () => {
  it.each([
    { dark: false, phone: false },
    { dark: true, phone: true },
  ])('has no violation, dark: $dark, phone: $phone', async (look) => {
    const specs = 'cosine@0.2,1,1;normal@2.4,2.4;!laplace@0,0.5;rectified_flow~0.5;interpolated_cosine@32,256,512';
    await using viewer = await openViewer({ path: `#/schedules?curves=${specs}&edit=4`, webgpu: false, ...look });
    const { page } = viewer;
    for (const details of await page.locator('summary').all()) await details.click();
    expect(await viewer.violations()).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    // Formulas are MathML with a size.
    const math = await page.locator('math').first().boundingBox();
    expect(math!.height).toBeGreaterThan(10);
    expect(viewer.faults).toEqual([]);
  });

  it('is used by the keyboard alone', async () => {
    await using viewer = await openViewer({ path: '#/schedules?curves=simple_linear&edit=0', webgpu: false });
    const { page } = viewer;
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement!;
        return element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
      });
    /** Tabs on to what is called so. */
    const tabTo = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if ((await focused()).startsWith(name)) return;
      }
      throw new Error(`no ${name} within 60 presses of Tab`);
    };
    await tabTo('Other papers');
    await page.keyboard.press('Enter');
    await expect.poll(() => shownSpec(page)).toBe('linear_beta@0.1,20');
    await tabTo('Hide linear_beta@0.1,20');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shownSpec(page)).toBe('normal@2.4,2.4');
    await tabTo('Copy Spec');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('normal@2.4,2.4');
    expect(viewer.faults).toEqual([]);
  });
});
