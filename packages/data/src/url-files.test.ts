// Reference: a server made here, once with ranges and once without; what must come back is what it was given.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type NdArray, writeIdx, writeNpz } from '@noisesmith/formats';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDataset } from './open';
import { urlFiles } from './url-files';

const contents = new Map<string, Uint8Array>();
const asked: string[] = [];
let ranges = true;
let server: Server;
let base: string;

/** First and last byte asked for; undefined where the whole file is. */
function rangeOf({ headers }: IncomingMessage): [number, number] | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
  return ranges && match !== null ? [Number(match[1]), Number(match[2])] : undefined;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice('/set/'.length));
    asked.push(path);
    const bytes = contents.get(path);
    if (path === 'broken') return response.writeHead(503).end();
    if (bytes === undefined) return response.writeHead(404).end();
    const range = rangeOf(request);
    if (range === undefined) return response.end(bytes);
    const [from, to] = [range[0], Math.min(range[1], bytes.length - 1)];
    if (from > to) return response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    const head = { 'content-range': `bytes ${from}-${to}/${bytes.length}`, 'content-length': to - from + 1 };
    return response.writeHead(206, head).end(bytes.subarray(from, to + 1));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/set/`;
});
afterAll(() => server.close());
afterEach(() => {
  asked.length = 0;
  ranges = true;
});

const long = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3);

it.each([true, false])('reads any range, with ranges of the server: %s', async (withRanges) => {
  ranges = withRanges;
  contents.set('long', long).set('short', long.subarray(0, 100)).set('empty', new Uint8Array(0)).set('a b/%#?', long);
  const files = urlFiles(base);
  for (const path of ['long', 'a b/%#?']) {
    const source = await files.open(path);
    expect(source.size).toBe(long.length);
    for (const [offset, length] of [
      [0, 10],
      [65530, 10],
      [65536, 1],
      [150_000, 50_000],
      [0, 200_000],
      [5, 0],
    ] as const) {
      expect(Buffer.compare(await source.read(offset, length), long.subarray(offset, offset + length))).toBe(0);
    }
    await expect(source.read(199_999, 2)).rejects.toThrow(RangeError);
  }
  expect((await files.open('empty')).size).toBe(0);
  asked.length = 0;
  const short = await files.open('short');
  expect([...(await short.read(98, 2))]).toEqual([...long.subarray(98, 100)]);
  expect(asked).toEqual(['short']);
});

it('tells in one line what a server does not give', async () => {
  const files = urlFiles(base);
  await expect(files.open('none')).rejects.toThrow(`${base}none: no such file (HTTP 404 Not Found)`);
  await expect(files.open('broken')).rejects.toThrow(`${base}broken: the server says HTTP 503 Service Unavailable`);
  await expect(urlFiles('http://127.0.0.1:9').open('x')).rejects.toThrow('http://127.0.0.1:9/x: cannot be fetched: ');
  await expect(files.list()).rejects.toThrow(`${base}: a web server does not list its files; give their paths`);
  contents.set('changing', long);
  const source = await files.open('changing');
  contents.set('changing', long.subarray(0, 100_000));
  await expect(source.read(70_000, 10)).rejects.toThrow('has the file changed?');
});

it('opens folders, MNIST, npz and IDX files by address', async () => {
  const images: NdArray = { dtype: 'U8', shape: [2, 1, 1], data: Uint8Array.of(0, 51) };
  const labels: NdArray = { dtype: 'U8', shape: [2], data: Uint8Array.of(7, 0) };
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  contents
    .set('data/train-images-idx3-ubyte', writeIdx(images))
    .set('train-labels-idx1-ubyte.gz', gzipSync(writeIdx(labels)))
    .set('a.npz', writeNpz({ arr_0: images, arr_1: labels }))
    .set('pets/cat/1.png', png);
  const files = urlFiles(base, ['pets/cat/1.png', 'pets/dog/1.png', 'a.npz']);

  const mnist = await openDataset('mnist', { channels: 1 }, files);
  expect([mnist.size, mnist.label(0), ...(await mnist.pixels(1))]).toEqual([2, 7, Math.fround(0.2)]);
  await expect(openDataset('mnist', { split: 'test' }, files)).rejects.toThrow(
    `mnist: none of ${base}data/t10k-images-idx3-ubyte ${base}t10k-images-idx3-ubyte`,
  );
  const npz = await openDataset('npz:a.npz', { channels: 1 }, files);
  expect([npz.fingerprint, npz.size, npz.label(0)]).toEqual([npz.fingerprint, 2, 7]);
  const idx = await openDataset('idx:data/train-images-idx3-ubyte,train-labels-idx1-ubyte.gz', {}, files);
  expect(idx.fingerprint).toBe(npz.fingerprint);

  const warnings: string[] = [];
  const pets = await openDataset('folder:pets', { onWarning: (line) => warnings.push(line) }, files);
  expect([pets.name, pets.size, ...pets.classes]).toEqual([`${base}pets`, 2, 'cat', 'dog']);
  const { images: pixels, labels: shown } = await pets.batch([0, 1]);
  expect([[...pixels], [...shown]]).toEqual([
    [1, 0, 0, 1, 0, 0],
    [0, 0],
  ]);
  expect(warnings).toEqual([
    `${base}pets: dog/1.png: no such file (HTTP 404 Not Found); left out, the next image takes its place`,
  ]);
  expect((await openDataset('folder:', {}, urlFiles(`${base}pets`, ['cat/1.png']))).classes).toEqual(['cat']);
});
