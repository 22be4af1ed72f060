// The issue's own demand: while the page trains, input is answered within 100 ms.
import { expect, it } from 'vitest';
import { longestTask } from './longest-task';
import { openViewer } from './open-viewer';

it('answers input while it trains, and shows elsewhere that it does', async () => {
  await using viewer = await openViewer({ path: '#/train?steps=100000&batch=64' });
  const { page } = viewer;
  const step = async () =>
    Number(/Step ([\d,]+) of/.exec((await page.textContent('main')) ?? '')?.[1]?.replaceAll(',', '') ?? 0);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(step, { timeout: 600_000 }).toBeGreaterThan(0);

  // What a visitor does meanwhile: scrolls, looks at numbers, changes the colours.
  const round = () =>
    longestTask(page, async () => {
      const before = await step();
      for (const way of [400, 400, -800]) await page.mouse.wheel(0, way);
      await page.getByText('Numbers').first().click();
      await page.getByRole('button', { name: /^Colours/ }).click();
      await expect.poll(step, { timeout: 600_000 }).toBeGreaterThan(before + 20);
    });
  // What the page itself makes long is long each time; other work on the machine is not.
  const longest = [await round(), await round(), await round()];
  expect(Math.min(...longest)).toBeLessThan(100);

  await page.getByRole('link', { name: 'Device' }).click();
  await page.getByRole('heading', { level: 1, name: 'Device' }).waitFor();
  await page.getByRole('link', { name: /^Training, step/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Train' }).waitFor();
  const later = await step();
  await expect.poll(step, { timeout: 600_000 }).toBeGreaterThan(later);
  expect(viewer.faults).toEqual([]);
});
