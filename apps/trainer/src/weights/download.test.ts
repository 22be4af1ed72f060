// Reference: the bytes that a server on this machine gives, which are known, and their SHA-256 by node:crypto.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { download } from './download';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
const known = { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };

type Answer = (request: IncomingMessage, response: ServerResponse, from: number) => void;

const whole: Answer = (_, response) => void response.writeHead(200).end(content);
const ranges: Answer = (_, response, from) => {
  if (from === 0) response.writeHead(200).end(content);
  else if (from >= content.length) response.writeHead(416).end();
  else {
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-range': range }).end(content.subarray(from));
  }
};
/** Sends some bytes and hangs up. */
const broken: Answer = (_, response, from) => {
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from });
  response.write(content.subarray(from, from + 100_000), () => response.destroy());
};

let answer: Answer = whole;
let folder = '';
let part = '';
const asked: number[] = [];
const server = createServer((request, response) => {
  response.shouldKeepAlive = false;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  asked.push(from);
  answer(request, response, from);
});
const address = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/w.pth`));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  part = join(folder, 'w.pth.part');
  asked.length = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
});

const fetched = (more: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {}) =>
  download(address, part, known, { signal: new AbortController().signal, ...more });

it('brings the file and counts its bytes', async () => {
  answer = whole;
  const progress: number[] = [];
  await fetched({ onProgress: (done) => progress.push(done) });
  expect(readFileSync(part).equals(content)).toBe(true);
  expect(progress.at(-1)).toBe(content.length);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

it.each<[string, Answer, number]>([
  ['goes on with', ranges, 100_000],
  ['starts anew instead of', whole, 100_000],
])('%s what a broken connection has left', async (_, next, from) => {
  answer = broken;
  await expect(fetched()).rejects.toThrow(new RegExp(`^${address}: (after|it ended after) \\d+ of 300000 bytes`));
  expect(readFileSync(part).equals(content.subarray(0, from))).toBe(true);
  answer = next;
  await fetched();
  expect(asked).toEqual([0, from]);
  expect(readFileSync(part).equals(content)).toBe(true);
});

it('is not downloaded again when all of it is there', async () => {
  writeFileSync(part, content);
  await fetched();
  expect(asked).toEqual([]);
});

it('a left-over that is too long, or that the server knows nothing of, is started anew', async () => {
  answer = ranges;
  writeFileSync(part, Buffer.concat([content, Buffer.of(1)]));
  await fetched();
  answer = (request, response, from) => (from > 0 ? void response.writeHead(416).end() : whole(request, response, 0));
  writeFileSync(part, content.subarray(0, 5));
  await fetched();
  expect(asked).toEqual([0, 5, 0]);
  expect(readFileSync(part).equals(content)).toBe(true);
});

it('another file is removed, and told by its SHA-256', async () => {
  const other = Buffer.from(content);
  other[7]! ^= 1;
  answer = (_, response) => void response.writeHead(200).end(other);
  await expect(fetched()).rejects.toThrow(
    new RegExp(`^${address}: its SHA-256 is [0-9a-f]{64}, expected ${known.sha256}; it was removed$`),
  );
  expect(existsSync(part)).toBe(false);
});

it('a server that refuses every range is asked once more, for the whole file, and what is there stays', async () => {
  writeFileSync(part, content.subarray(0, 5));
  answer = (_, response) => void response.writeHead(416).end();
  await expect(fetched()).rejects.toThrow(/: the server says 416 /);
  expect(asked).toEqual([5, 0]);
  expect(readFileSync(part).equals(content.subarray(0, 5))).toBe(true);
});

it.each<[string, Answer, RegExp]>([
  ['a refusal', (_, response) => void response.writeHead(404).end(), /: the server says 404 Not Found$/],
  ['a range that was not asked for', (_, response) => void response.writeHead(416).end(), /: the server says 416 /],
  [
    'a file that is too long',
    (_, response) => void response.writeHead(200).end(Buffer.concat([content, content])),
    /: more than the 300000 bytes of the file$/,
  ],
])('%s is told in one line', async (_, given, message) => {
  answer = given;
  await expect(fetched()).rejects.toThrow(message);
});

it('a server that is not there is told in one line', async () => {
  const nowhere = download('http://127.0.0.1:1/w.pth', part, known, { signal: new AbortController().signal });
  await expect(nowhere).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1\/w\.pth: [^\n]+$/);
});

it('an interruption leaves what is there, from which the next attempt goes on', async () => {
  answer = (_, response, from) => {
    response.writeHead(from > 0 ? 206 : 200);
    response.write(content.subarray(from, 50_000));
  };
  const controller = new AbortController();
  const stopped = fetched({
    signal: controller.signal,
    onProgress: (done) => done === 50_000 && controller.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
  answer = ranges;
  await fetched();
  expect(asked).toEqual([0, 50_000]);
  expect(readFileSync(part).equals(content)).toBe(true);
});
