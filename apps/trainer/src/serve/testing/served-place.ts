import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RunHandler } from '../run-handler';

/** Stands in everything that is none of the server's business. */
export const SECRET = 'Not-For-Anyone-4711';

/** What may be had, by its path in a request. */
export const served: Readonly<Record<string, string>> = {
  '/': '<!doctype html><title>page</title>',
  '/index.html': '<!doctype html><title>page</title>',
  '/assets/app.js': 'export const app = 1;',
  '/run/digits/config.json': '{"preset":"mnist-tiny"}',
  '/run/digits/stats.jsonl': '{"step":1,"loss":0.9}\n{"step":2,"loss":0.8}\n',
  '/run/digits/grids/000100.png': '\u0089PNG of samples',
  '/run/digits/linked.json': '{"preset":"mnist-tiny"}',
  '/run/sweep/a%20b/stats.jsonl': '{"step":3,"loss":0.7}\n',
};

export interface ServedPlace extends Disposable {
  /** Of everything, without links. */
  readonly folder: string;
  readonly port: number;
}

const policy = "default-src 'none'; script-src 'self'";

/**
 * Two runs and a page, served, amid files with the secret: outside, hidden, beside the runs, and reached by links.
 * `single`: the first of the runs is served alone.
 */
export async function openServedPlace({ single = false } = {}): Promise<ServedPlace> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'noisesmith-serve-')));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, 'latin1');
  };
  for (const [path, text] of Object.entries(served)) {
    if (path === '/' || path.endsWith('linked.json')) continue;
    write(path.startsWith('/run/') ? decodeURIComponent(path.replace('/run/', 'runs/')) : `page${path}`, text);
  }
  for (const path of [
    'secret.txt',
    'config.json',
    'outside/config.json',
    'outside/stats.jsonl',
    'runs/secret.txt',
    'runs/notes/secret.txt',
    'runs/digits/.secret.txt',
    'runs/digits/.git/config.json',
    'runs/.hidden/config.json',
    'page/.env',
  ]) {
    write(path, `${SECRET} ${path}`);
  }
  const link = (path: string, to: string): void => symlinkSync(to, join(folder, path));
  link('runs/digits/linked.json', 'config.json');
  link('runs/digits/out.json', '../../secret.txt');
  link('runs/digits/absolute.json', join(folder, 'secret.txt'));
  link('runs/digits/beside.json', '../secret.txt');
  link('runs/digits/hidden.json', '.secret.txt');
  link('runs/digits/grids/up', '../../..');
  link('runs/digits/chain.json', 'out.json');
  link('runs/digits/loop.json', 'loop.json');
  link('runs/linked', '../outside');
  link('page/assets/out.js', '../../secret.txt');
  link('page/outside', '../outside');
  // Opening one for reading waits for a writer, unless care is taken.
  execFileSync('mkfifo', [join(folder, 'runs/digits/pipe.json')]);

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const runs = join(folder, single ? 'runs/digits' : 'runs');
  const handler = new RunHandler({ page: join(folder, 'page'), policy, folder: runs, single }, port);
  server.on('request', (request, response) => void handler.answer(request, response));
  return {
    folder,
    port,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
