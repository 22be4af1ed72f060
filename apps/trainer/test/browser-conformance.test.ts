// Reference: fixtures/rin-tiny.safetensors, float64 values of an independent (PyTorch) implementation, computed by the
// WebGPU of Chromium instead of Node's.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareWithFixture } from './compare';

const fixture = readFileSync(new URL('../../../fixtures/rin-tiny.safetensors', import.meta.url));
const profile = mkdtempSync(join(tmpdir(), 'noisesmith-chromium-'));
/** SwiftShader compiles and computes on the CPU. */
const PATIENCE = 900_000;

let server: Server;
let browser: BrowserContext | undefined;
let results: Promise<Uint8Array>;

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./conformance-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@noisesmith/source', 'browser'],
  });
  return outputFiles[0]!.text;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Serves the page and the fixture; what the page sends back settles the promise. */
function serve(script: string): Promise<Uint8Array> {
  const pages: Record<string, readonly [type: string, body: string | Buffer]> = {
    '/': ['text/html', '<!doctype html><title>conformance</title><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', script],
    '/fixture': ['application/octet-stream', fixture],
  };
  return new Promise((resolve, reject) => {
    server = createServer(async (request, response) => {
      const page = pages[request.url ?? ''];
      if (request.method === 'POST') {
        const body = await bodyOf(request);
        if (request.url === '/results') resolve(new Uint8Array(body));
        if (request.url === '/failure') reject(new Error(body.toString()));
        response.end();
      } else if (page) {
        response.writeHead(200, { 'content-type': page[0] }).end(page[1]);
      } else response.writeHead(404).end();
    });
  });
}

beforeAll(async () => {
  results = serve(await bundle());
  // Awaited in the test; a failure before that must not end the process.
  results.catch(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launchPersistentContext(profile, {
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
});

afterAll(async () => {
  await browser?.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
});

it(
  'a browser computes what the fixture expects',
  async () => {
    const page = await browser!.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const { checked, failures } = compareWithFixture(fixture, await results);
    expect(failures).toEqual([]);
    expect(checked).toBe(432);
  },
  PATIENCE,
);
