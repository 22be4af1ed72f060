import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { root } from '../../examples/testing/run-example';
import { runNode } from './scripts';

const viewer = join(root, 'apps', 'viewer');

/** What `npm run viewer` runs once the page is built: one line, with an address where the page is. */
export async function checkViewer(args: readonly string[]): Promise<void> {
  if (!existsSync(join(viewer, 'dist', 'index.html'))) {
    await runNode([join(viewer, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], viewer);
  }
  const server = spawn(process.execPath, [join(viewer, 'scripts', 'serve.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
    if (!address) throw new Error(`npm run viewer says no address: ${line}`);
    const page = await fetch(address);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('<title>noisesmith</title>');
    const [script] = /assets\/[^"]+\.js/.exec(html) ?? [];
    for (const { headers } of [page, await fetch(address + script)]) {
      // Cross-origin isolation, on the page and on what may be a worker.
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    }
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}
