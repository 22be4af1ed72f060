// The issue's own demand: while the page trains, input is answered within 100 ms.
import type { Page } from '@noisesmith/testing';
import { expect, it } from 'vitest';
import { routes } from '../src/routes';
import { type Viewer, whole } from './chromium';
import { longestTask } from './longest-task';
import { openViewer } from './open-viewer';

const LIMIT_MS = 100;
/** What a page itself makes long is long each time; other work on the machine is not. So many times are looked at. */
const ROUNDS = 3;
const isShort = (times: readonly number[]): boolean => Math.min(...times) < LIMIT_MS;

/** A page that trains, some steps on. */
async function openTraining(): Promise<Viewer> {
  const viewer = await openViewer({ path: '#/train?steps=100000&batch=64' });
  await viewer.page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => stepOf(viewer.page), { timeout: 600_000 }).toBeGreaterThan(0);
  return viewer;
}

/** Steps done, as page Train says, or any other page in its head. */
async function stepOf(page: Page): Promise<number> {
  const text = await page.textContent('#app');
  return Number(/(?:Step|Training, step) ([\d,]+)/.exec(text ?? '')?.[1]?.replaceAll(',', '') ?? 0);
}

/** Waits until the training is at least so many steps further on. */
const moreSteps = async (page: Page, count: number): Promise<void> => {
  const before = await stepOf(page);
  await expect.poll(() => stepOf(page), { timeout: 600_000 }).toBeGreaterThanOrEqual(before + count);
};

it('answers input while it trains', async () => {
  await using viewer = await openTraining();
  const { page } = viewer;
  // What a visitor does meanwhile: scrolls, looks at numbers, changes the colours.
  const round = () =>
    longestTask(page, async () => {
      for (const way of [400, 400, -800]) await page.mouse.wheel(0, way);
      await page.getByText('Numbers').first().click();
      await page.getByRole('button', { name: /^Colours/ }).click();
      await moreSteps(page, 20);
    });
  const longest: number[] = [];
  while (longest.length < ROUNDS && !isShort(longest)) longest.push(await round());
  expect(Math.min(...longest)).toBeLessThan(LIMIT_MS);
  expect(viewer.faults).toEqual([]);
});

it('answers input while it trains and the visitor goes through all pages, each for the first time', async () => {
  const found = new Map(routes.map(({ title }): [string, number[]] => [title, []]));
  for (let i = 0; i < ROUNDS && ![...found.values()].every(isShort); i++) {
    await using viewer = await openTraining();
    const { page } = viewer;
    const pages = routes.filter(({ path }) => path !== 'train');
    for (const { path, title } of [...pages, routes.find((route) => route.path === 'train')!]) {
      const time = await longestTask(page, async () => {
        const before = await page.title();
        // Of two, the one that says that the page trains.
        await page.locator(`header a[href="#/${path}"]`).last().click();
        await expect.poll(() => page.title()).not.toBe(before);
        await whole(page);
        await moreSteps(page, 1);
      });
      found.get(title)!.push(time);
    }
    expect(viewer.faults).toEqual([]);
  }
  for (const [title, times] of found) expect(Math.min(...times), title).toBeLessThan(LIMIT_MS);
});
