import type { Page } from '@noisesmith/testing';

/** Drops files or folders of this machine on a part of the page, as a file manager would. */
export async function dropFiles(page: Page, label: string | RegExp, paths: readonly string[]): Promise<void> {
  const target = page.getByRole('group', { name: label });
  await target.scrollIntoViewIfNeeded();
  const { height, width, x, y } = (await target.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      x: x + width / 2,
      y: y + height / 2,
      data: { items: [], files: [...paths], dragOperationsMask: 1 },
    });
  }
  await session.detach();
}
