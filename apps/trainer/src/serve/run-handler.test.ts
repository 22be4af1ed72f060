// References: RFC 9110 (sections 8.8.3, 13.1.2, 14 and 15.5.17) and RFC 9112 for what is answered; for what must not be
// answered, files with a secret around the served ones, and planted servers that give them away.
import { execFile } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fuzzServer } from './testing/fuzz';
import { requestText, sendRaw } from './testing/raw-request';
import { openServedPlace, type ServedPlace, served } from './testing/served-place';

let place: ServedPlace;
beforeAll(async () => {
  place = await openServedPlace();
});
afterAll(() => place[Symbol.dispose]());

const at = (path: string): string => `http://127.0.0.1:${place.port}${path}`;
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(at(path), { headers });

describe('what is served', () => {
  it.each(Object.entries(served))('%s', async (path, text) => {
    const answer = await sendRaw(place.port, requestText('GET', path, [`Host: localhost:${place.port}`]));
    expect(answer).toMatchObject({ status: 200, body: text });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': String(text.length),
      'content-security-policy': path.startsWith('/run/') ? /sandbox/ : /script-src 'self'/,
      'cross-origin-resource-policy': 'same-origin',
      // Both, for a page that shares memory between threads: the HTML standard's cross-origin isolation.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-content-type-options': 'nosniff',
    });
  });

  it('the runs, with their files, as a list', async () => {
    const { runs } = (await (await get('/run/')).json()) as { runs: { name: string; files: { path: string }[] }[] };
    expect(runs.map(({ files, name }) => [name, files.map(({ path }) => path)])).toEqual([
      ['digits', ['config.json', 'stats.jsonl', 'grids/000100.png']],
      ['sweep/a b', ['stats.jsonl']],
    ]);
    const waits = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => Number((await get(`/run/?page=${i}`)).headers.get('x-look-after'))),
    );
    expect(Math.max(...waits)).toBe(8000);
    expect(runs[0]!.files[0]).toEqual({ path: 'config.json', size: 23, modified: expect.any(Number) });
    expect(runs[0]!.files[2]).toEqual({ path: 'grids/000100.png' });
  });

  it('one run alone', async () => {
    using single = await openServedPlace({ single: true });
    const base = `http://localhost:${single.port}/run/`;
    expect(await (await fetch(`${base}config.json`)).text()).toBe(served['/run/digits/config.json']);
    expect(await (await fetch(base)).json()).toMatchObject({ runs: [{ path: '', name: 'digits' }] });
  });

  it('nothing in a run is taken for a page or a script', async () => {
    for (const name of ['page.html', 'drawing.svg', 'code.js', 'data.xml']) {
      writeFileSync(join(place.folder, 'runs/digits', name), '<script>alert(1)</script>');
      const { headers } = await get(`/run/digits/${name}`);
      expect(headers.get('content-type'), name).toBe('application/octet-stream');
      expect(headers.get('content-security-policy'), name).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
    }
  });
});

describe('a part of a file', () => {
  const path = '/run/digits/stats.jsonl';
  const text = served[path]!;

  it.each([
    ['bytes=4-7', 206, text.slice(4, 8), `bytes 4-7/${text.length}`],
    ['bytes=22-', 206, text.slice(22), `bytes 22-${text.length - 1}/${text.length}`],
    ['bytes=22-9999', 206, text.slice(22), `bytes 22-${text.length - 1}/${text.length}`],
    ['bytes=-3', 206, text.slice(-3), `bytes ${text.length - 3}-${text.length - 1}/${text.length}`],
    [`bytes=${text.length}-`, 416, `no such part; there are ${text.length} bytes\n`, `bytes */${text.length}`],
    ['bytes=-0', 416, `no such part; there are ${text.length} bytes\n`, `bytes */${text.length}`],
    ['bytes=7-4', 200, text, null],
    ['bytes=0-1,4-5', 200, text, null],
    ['lines=1-2', 200, text, null],
  ])('%s', async (range, status, body, contentRange) => {
    const answer = await get(path, { range });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get('content-range')).toBe(contentRange);
  });

  it('comes only if it is the same file, where that is asked', async () => {
    const tag = (await get(path)).headers.get('etag')!;
    expect((await get(path, { range: 'bytes=1-2', 'if-range': tag })).status).toBe(206);
    expect((await get(path, { range: 'bytes=1-2', 'if-range': '"other"' })).status).toBe(200);
  });
});

it('what the other side has is not sent again, until it changes', async () => {
  const path = '/run/sweep/a%20b/stats.jsonl';
  for (const asked of [path, '/run/', '/assets/app.js']) {
    // Between the two a list of before the files of other tests may have aged.
    await vi.waitFor(async () => {
      const tag = (await get(asked)).headers.get('etag')!;
      const again = await get(asked, { 'if-none-match': `"x", W/${tag}` });
      expect([asked, again.status, again.headers.get('etag'), await again.text()]).toEqual([asked, 304, tag, '']);
    });
  }
  const tag = (await get(path)).headers.get('etag')!;
  appendFileSync(join(place.folder, 'runs/sweep/a b/stats.jsonl'), '{"step":4}\n');
  const more = await get(path, { 'if-none-match': tag, range: 'bytes=22-' });
  expect([more.status, await more.text()]).toEqual([206, '{"step":4}\n']);
});

it('a large file is sent as it is read, whole or in part', async () => {
  const bytes = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 31) % 251));
  writeFileSync(join(place.folder, 'runs/digits/ema.safetensors'), bytes);
  const path = '/run/digits/ema.safetensors';
  const whole = await get(path);
  expect(bytes.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
  const part = await get(path, { range: 'bytes=5-700000' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 5-700000/1000003']);
  expect(bytes.subarray(5, 700_001).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
  expect((await fetch(at(path), { method: 'HEAD' })).headers.get('content-length')).toBe('1000003');
});

it('a HEAD is an answer without its body', async () => {
  const { headers, status } = await fetch(at('/run/digits/config.json'), { method: 'HEAD' });
  expect([status, headers.get('content-length')]).toEqual([200, '23']);
});

describe('who is answered', () => {
  const ask = (method: string, lines: readonly string[], target = '/run/digits/config.json') =>
    sendRaw(place.port, requestText(method, target, lines));
  const host = (): string => `Host: 127.0.0.1:${place.port}`;

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])('no %s', async (method) => {
    const answer = await ask(method, [host()]);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('nobody who calls this machine by another name', async () => {
    for (const name of ['evil.example', `evil.example:${place.port}`, '127.0.0.1', 'localhost:1']) {
      expect([name, (await ask('GET', [`Host: ${name}`])).status]).toEqual([name, 421]);
    }
  });

  it('no page of another origin or site; a link to the page may be followed', async () => {
    expect((await ask('GET', [host(), 'Origin: http://evil.example'])).status).toBe(403);
    expect((await ask('GET', [host(), 'Origin: null'])).status).toBe(403);
    expect((await ask('GET', [host(), `Origin: http://127.0.0.1:${place.port}`])).status).toBe(200);
    expect((await ask('GET', [host(), 'Sec-Fetch-Site: same-site'])).status).toBe(403);
    const followed = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
    expect((await ask('GET', [host(), ...followed], '/')).status).toBe(200);
  });
});

describe('nothing outside the runs comes back', () => {
  it('for made-up paths, methods, hosts, origins and ranges', async () => {
    using fresh = await openServedPlace();
    const { answered, reports } = await fuzzServer(fresh, 1, 1500);
    expect(reports).toEqual([]);
    // Else the requests would be too wild to be of use.
    expect(answered).toBeGreaterThan(50);
  });

  it('while a file is exchanged for a link again and again', async () => {
    const name = join(place.folder, 'runs/digits/changing.json');
    const other = join(place.folder, 'changing.tmp');
    let running = true;
    const script = `
      const { renameSync, symlinkSync, writeFileSync } = require('node:fs');
      const [name, other, secret] = process.argv.slice(1);
      for (;;) {
        symlinkSync(secret, other); renameSync(other, name);
        writeFileSync(other, 'open to all'); renameSync(other, name);
      }`;
    writeFileSync(name, 'open to all');
    const child = execFile(process.execPath, ['-e', script, name, other, join(place.folder, 'secret.txt')]);
    const found = new Set<string>();
    while (running) {
      const bodies = await Promise.all(
        Array.from({ length: 40 }, async () => (await get('/run/digits/changing.json')).text()),
      );
      for (const body of bodies) found.add(body);
      running = found.size < 2;
    }
    for (let round = 0; round < 25; round++) {
      const bodies = await Promise.all(
        Array.from({ length: 40 }, async () => (await get('/run/digits/changing.json')).text()),
      );
      for (const body of bodies) found.add(body);
    }
    child.kill();
    expect([...found].sort()).toEqual(['nothing there\n', 'open to all']);
  });
});

describe('the made-up requests find a server that', () => {
  const reportsOf = async (listener: (place: ServedPlace) => RequestListener): Promise<string> => {
    using around = await openServedPlace();
    const server = createServer(listener(around));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      return (await fuzzServer({ ...around, port }, 1, 400)).reports.join('\n');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it('lets anybody in', async () => {
    const { RunHandler } = await import('./run-handler');
    const reports = await reportsOf(({ folder, port }) => {
      const folders = { page: join(folder, 'page'), policy: '', folder: join(folder, 'runs'), single: false };
      const handler = new RunHandler(folders, port);
      return (request, response) => {
        // As if it had been asked in the right way.
        const asked = {
          method: 'GET',
          url: request.url,
          headers: { range: '' },
          rawHeaders: ['host', `localhost:${port}`],
        };
        void handler.answer(Object.assign(Object.create(request), asked), response);
      };
    });
    expect(reports).toContain('though it came from elsewhere or would change something');
  });

  it('follows links and names that lead up', async () => {
    const { readFile } = await import('node:fs/promises');
    const reports = await reportsOf(({ folder }) => async (request, response) => {
      try {
        const path = decodeURIComponent(request.url!.split('?')[0]!).replace(/^\/run\//, '/runs/');
        if (path.includes('pipe.json')) throw new Error('would wait');
        response.end(await readFile(join(folder, path)));
      } catch {
        response.writeHead(404).end();
      }
    });
    expect(reports).toContain('the secret came back');
  });
});
