/**
 * Makes the README's pictures of the page: builds it, opens it in Chromium and takes it at four addresses.
 *
 *     node --conditions=@noisesmith/source --import tsx apps/viewer/scripts/make-screenshots.ts [NAME...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { openBuiltViewer, type Viewer } from '../test/chromium.ts';

const viewerFolder = fileURLToPath(new URL('..', import.meta.url));
const images = fileURLToPath(new URL('../../../docs/images', import.meta.url));

interface Shot {
  readonly path: string;
  /** Brings the page to what is to be seen. */
  prepare?(viewer: Viewer): Promise<void>;
}

/** Long enough for a software adapter. */
const patience = { timeout: 600_000 };

const shots: Readonly<Record<string, Shot>> = {
  'viewer-schedules': { path: '#/schedules' },
  'viewer-noise': {
    path: '#/noise',
    async prepare({ page }) {
      await page
        .getByText(/^\d+\.\d %$/)
        .first()
        .waitFor(patience);
      await page
        .getByText('being drawn')
        .first()
        .waitFor({ state: 'detached', ...patience });
      await page.evaluate(() => window.scrollTo(0, 480));
    },
  },
  'viewer-train': {
    path: '#/train?shape=spiral&steps=300&two=1&schedule=simple_linear&schedule2=sigmoid@-3,3,0.9',
    async prepare({ page }) {
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      const ended = page.getByText('All steps are done.');
      await ended.nth(1).waitFor(patience);
      await page.getByRole('heading', { name: 'Samples' }).scrollIntoViewIfNeeded();
      await page.evaluate(() => window.scrollBy(0, 520));
    },
  },
  'viewer-sample': {
    path: '#/sample',
    async prepare({ page }) {
      // Half way: there is something to guess, and something left to do.
      const step = page.getByRole('slider', { name: 'Step' });
      await step.focus();
      for (let i = 0; i < 11; i++) await page.keyboard.press('ArrowLeft');
    },
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(shots, name));
if (unknown) throw new RangeError(`make-screenshots: ${unknown}, expected some of ${Object.keys(shots).join(', ')}`);

const dist = mkdtempSync(join(tmpdir(), 'noisesmith-screenshots-'));
try {
  await build({
    root: viewerFolder,
    configFile: join(viewerFolder, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: dist, emptyOutDir: true },
  });
  for (const [name, { path, prepare }] of Object.entries(shots)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await using viewer = await openBuiltViewer(dist, { path });
    await prepare?.(viewer);
    await viewer.page.waitForLoadState('networkidle');
    await viewer.page.screenshot({ path: join(images, `${name}.png`) });
    console.log(`make-screenshots: docs/images/${name}.png`);
  }
} finally {
  rmSync(dist, { recursive: true, force: true });
}
