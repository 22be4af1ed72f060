import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';

export interface ChromiumPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** What the page's script is: a TypeScript file with all it imports, packages from their sources, in one module. */
async function bundle(script: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(script)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@noisesmith/source', 'browser'],
  });
  return outputFiles[0]!.text;
}

/** Serves from localhost, where a page has WebGPU, an empty page with this script, and `files` by path. */
async function serve(script: string, files: Readonly<Record<string, Buffer>>): Promise<Server> {
  const answers = new Map<string, readonly [type: string, body: string | Buffer]>([
    ['/', ['text/html', '<!doctype html><title>noisesmith</title><script type="module" src="/page.js"></script>']],
    ['/page.js', ['text/javascript', script]],
    ...Object.entries(files).map(([path, body]) => [path, ['application/octet-stream', body]] as const),
  ]);
  const server = createServer(({ url = '' }, response) => {
    const answer = answers.get(url);
    if (answer) response.writeHead(200, { 'content-type': answer[0] }).end(answer[1]);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A page in Chromium, with a profile of its own, that has run `script` up to its end. */
export async function openChromiumPage(
  script: URL,
  files: Readonly<Record<string, Buffer>> = {},
): Promise<ChromiumPage> {
  const server = await serve(await bundle(script), files);
  const profile = mkdtempSync(join(tmpdir(), 'noisesmith-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.NOISESMITH_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--enable-unsafe-webgpu',
      '--headless=new',
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
