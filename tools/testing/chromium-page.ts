import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { openChromium } from './chromium';

export { type Chromium, type ChromiumOptions, openChromium } from './chromium';
export type { Page };

export interface ChromiumPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** What a script of the page is: a TypeScript file with all it imports, packages from their sources, in one module. */
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

export interface PageContent {
  /** By path, e.g. `/fixture`. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Scripts beside the page's own, bundled as it is, e.g. `/worker.js` for a module worker. */
  readonly scripts?: Readonly<Record<string, URL>>;
  /** Whether the page is cross-origin isolated: its workers may share memory. */
  readonly isolated?: boolean;
}

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;

/** Serves from localhost, where a page has WebGPU, an empty page with this script, and what else it asks for; files also by range. */
async function serve(script: URL, { files = {}, scripts = {}, isolated = false }: PageContent): Promise<Server> {
  const answers = new Map<string, readonly [type: string, body: string | Uint8Array]>([
    ['/', ['text/html', '<!doctype html><title>noisesmith</title><script type="module" src="/page.js"></script>']],
  ]);
  for (const [path, body] of Object.entries(files)) answers.set(path, ['application/octet-stream', body]);
  for (const [path, source] of Object.entries({ ...scripts, '/page.js': script })) {
    answers.set(path, ['text/javascript', await bundle(source)]);
  }
  const server = createServer(({ url = '', headers }, response) => {
    const answer = answers.get(url);
    for (const [name, value] of Object.entries(isolated ? ISOLATION : {})) response.setHeader(name, value);
    if (!answer) return response.writeHead(404).end();
    const [type, body] = answer;
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (!range || typeof body === 'string') return response.writeHead(200, { 'content-type': type }).end(body);
    const part = body.subarray(Number(range[1]), Number(range[2]) + 1);
    const contentRange = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${body.length}`;
    return response.writeHead(206, { 'content-type': type, 'content-range': contentRange }).end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A page of a Chromium of its own, with WebGPU, at an address. */
export async function openAt(address: string): Promise<ChromiumPage> {
  const { context, close } = await openChromium();
  const page = await context.newPage();
  await page.goto(address);
  return { page, close };
}

/** A page in Chromium that has run `script` up to its end. */
export async function openChromiumPage(script: URL, content: PageContent = {}): Promise<ChromiumPage> {
  const server = await serve(script, content);
  const opened = await openAt(`http://localhost:${(server.address() as AddressInfo).port}/`);
  return {
    page: opened.page,
    async close() {
      await opened.close();
      server.close();
    },
  };
}
