import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChromium, type Page } from '@noisesmith/testing';
import { isolationHeaders } from '../build/isolation';

/** Where the page lies on the test's server: not at its root, as on many static hosts. */
const base = '/some/where/';

/** How a server or a browser may differ. */
export interface Host {
  /** The server does not isolate the page. */
  readonly bare?: boolean;
  /** A script that comes before what is in each file of JavaScript, by the file's name. */
  prelude?(name: string): string;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export interface OpenViewerOptions {
  /** The page and its state, `#/schedules?b=0.5`. */
  readonly path?: string;
  /** Whether the browser has WebGPU, in software; it has unless told otherwise. */
  readonly webgpu?: boolean;
  /** What the pages compute with; as they choose unless given, which is WebAssembly here. */
  readonly backend?: 'webgpu';
  readonly dark?: boolean;
  /** As wide as a phone. */
  readonly phone?: boolean;
  /** Others by their names, each at a folder of its own. */
  readonly hosts?: Readonly<Record<string, Host>>;
  /** Answers further addresses of the page's origin, by path within the page's folder; undefined: 404. */
  answer?(path: string): { readonly type: string; readonly body: Uint8Array | string } | undefined;
}

export interface Viewer extends AsyncDisposable {
  readonly page: Page;
  /** Goes to another page or state, at one of the hosts where it is named. */
  visit(path: string, host?: string): Promise<void>;
  /** What axe-core finds, a line each: none is right. */
  violations(): Promise<string[]>;
  /** What no page should do: requests off the origin, uncaught errors, breaches of the policy. */
  readonly faults: readonly string[];
}

/** Any static server's way with files. */
function serve(folder: string, { answer, hosts = {} }: OpenViewerOptions): Promise<Server> {
  const places: Readonly<Record<string, Host>> = {
    [base]: {},
    ...Object.fromEntries(Object.entries(hosts).map(([name, host]) => [`/${name}/`, host])),
  };
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url.split('?')[0]!);
    const place = Object.keys(places).find((one) => path.startsWith(one));
    const name = path.slice(place?.length) || 'index.html';
    if (place === undefined || name.includes('..')) return response.writeHead(404).end();
    const { bare, prelude } = places[place]!;
    for (const [header, value] of Object.entries(bare ? {} : isolationHeaders)) response.setHeader(header, value);
    try {
      const body = readFileSync(join(folder, name));
      response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' });
      if (extname(name) === '.js') response.write(prelude?.(name) ?? '');
      response.end(body);
    } catch {
      const other = answer?.(name);
      if (other) response.writeHead(200, { 'content-type': other.type }).end(other.body);
      else response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Waits until all parts of a page are there: those that have their turns later say that they are under way. */
export const whole = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));

/** The viewer that was built into `folder`, in Chromium with a profile of its own, served from a sub-path. */
export async function openBuiltViewer(folder: string, options: OpenViewerOptions = {}): Promise<Viewer> {
  const server = await serve(folder, options);
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { context, close } = await openChromium({
    webgpu: options.webgpu,
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const faults: string[] = [];
  const page = await context.newPage();
  if (options.webgpu === false) {
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  }
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) faults.push(`a request to ${url}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      faults.push(message.text());
  });
  const visit = async (path: string, host?: string) => {
    const chosen = options.backend === undefined ? '' : `?backend=${options.backend}`;
    await page.goto(`${origin}${host === undefined ? base : `/${host}/`}${chosen}${path}`);
    // Where only the part behind # is another, the browser has gone there before it tells the page.
    await page.evaluate(() => dispatchEvent(new Event('hashchange')));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await whole(page);
  };
  await visit(options.path ?? '');
  return {
    page,
    visit,
    faults,
    async violations() {
      await page.evaluate(axeSource());
      const { violations } = await page.evaluate(() =>
        // axe-core is a script of the page by now.
        (globalThis as unknown as Axe).axe.run({ resultTypes: ['violations'], selectors: false }),
      );
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
    },
    async [Symbol.asyncDispose]() {
      await close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What is used of it: every rule runs, but only what is read of its results is made. */
interface Axe {
  readonly axe: {
    run(options: {
      resultTypes: readonly string[];
      selectors: boolean;
    }): Promise<{ readonly violations: readonly Violation[] }>;
  };
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

let axe: string | undefined;

function axeSource(): string {
  axe ??= readFileSync(createRequire(fileURLToPath(import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}
