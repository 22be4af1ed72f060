import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { findChromium } from '../setup/chromium.mjs';

/** Ends what hangs: a busy machine takes minutes to start Chromium, or to answer a click. */
const patience = 600_000;

export interface ChromiumOptions extends BrowserContextOptions {
  /** Whether it has WebGPU, in software; it has unless told otherwise. */
  readonly webgpu?: boolean;
}

export interface Chromium {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Chromium with a profile of its own. */
export async function openChromium({ webgpu = true, ...options }: ChromiumOptions = {}): Promise<Chromium> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: name one in NOISESMITH_CHROMIUM');
  const profile = mkdtempSync(join(tmpdir(), 'noisesmith-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    timeout: patience,
    executablePath,
    args: [
      webgpu ? '--enable-unsafe-webgpu' : '--disable-features=WebGPU',
      '--headless=new',
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.setDefaultTimeout(patience);
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
