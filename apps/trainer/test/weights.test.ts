// References: a file of torch.save that is made here, with every tensor of the network, and its SHA-256 by node:crypto, which
// stand in for those of the published file; the reader of @noisesmith/formats. The server is one of this machine.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bytesSource, openSafetensors, writeNpz } from '@noisesmith/formats';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { legacyTorchFile } from '../../../packages/metrics/src/testing/fid-file';
import { cli, filesIn, readBytes, temporaryFolder } from './cli-run';

const known = vi.hoisted(() => ({ name: 'w.pth', bytes: 0, sha256: '', urls: [] as string[] }));
vi.mock('@noisesmith/metrics', async (original) => ({
  ...(await original<typeof import('@noisesmith/metrics')>()),
  fidWeightsFile: known,
}));

const folder = temporaryFolder();
let torch = new Uint8Array();
let content = new Uint8Array();
let hang = false;
const server = createServer((request, response) => {
  response.shouldKeepAlive = false;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200);
  if (hang) response.write(content.subarray(from, from + 1000));
  else response.end(content.subarray(from));
});

beforeAll(async () => {
  const { convLayers } = await import('@noisesmith/metrics');
  const zeros = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const tensors = new Map(
    convLayers.flatMap(({ inputs, name, outputs, size }) => [
      [`${name}.conv.weight`, zeros(outputs, inputs, ...size)] as const,
      ...['weight', 'bias', 'running_mean', 'running_var'].map(
        (part) => [`${name}.bn.${part}`, zeros(outputs)] as const,
      ),
    ]),
  );
  torch = legacyTorchFile(new Map([...tensors, ['fc.weight', zeros(1008, 2048)], ['fc.bias', zeros(1008)]]));
  known.bytes = torch.length;
  known.sha256 = createHash('sha256').update(torch).digest('hex');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  known.urls = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/w.pth`];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
});

/** The file with one byte of another value. */
function changed(at: number): Uint8Array<ArrayBuffer> {
  const other = torch.slice();
  other[at]! ^= 1;
  return other;
}

let cache = '';
const kept = (...names: string[]): string => join(cache, 'noisesmith', 'weights', ...names);
beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', cache);
  content = torch;
  hang = false;
});

describe('weights fetch', () => {
  it('downloads, checks and converts the file, once', async () => {
    const result = await cli(['weights', 'fetch', '--json']);
    const file = kept('inception-2015-12-05.safetensors');
    expect(JSON.parse(result.out)).toEqual({ file, origin: known.urls[0], sha256: known.sha256 });
    expect(filesIn(cache)).toEqual([join('noisesmith', 'weights', 'inception-2015-12-05.safetensors')]);
    const { metadata, names } = await openSafetensors(bytesSource(readBytes(file)));
    expect(metadata).toMatchObject({ origin: known.urls[0], sha256: known.sha256 });
    expect(names).toHaveLength(472);
    content = new Uint8Array();
    expect(await cli(['weights', 'fetch'])).toMatchObject({ exitCode: 0, out: `${file} is there already\n` });
  });

  it('goes on after an interruption', async () => {
    hang = true;
    const controller = new AbortController();
    const part = kept('w.pth.part');
    const watch = setInterval(() => existsSync(part) && readBytes(part).length >= 1000 && controller.abort(), 5);
    const stopped = await cli(['weights', 'fetch'], { signal: controller.signal });
    clearInterval(watch);
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toContain(`interrupted; the same command goes on from what is in ${part}\n`);
    expect(readBytes(part)).toHaveLength(1000);
    hang = false;
    expect(await cli(['weights', 'fetch'])).toMatchObject({ exitCode: 0 });
    expect(existsSync(part)).toBe(false);
  });

  it.each<[string, () => Uint8Array<ArrayBuffer>, RegExp]>([
    ['another file', () => changed(50_000_000), /its SHA-256 is [0-9a-f]{64}, expected/],
    ['half a file', () => torch.subarray(0, 1000), /it ended after 1000 of \d+ bytes/],
  ])('%s is told in one line, with another way, and leaves no weights', async (_, given, message) => {
    content = given();
    const result = await cli(['weights', 'fetch']);
    expect(result).toMatchObject({ exitCode: 1, out: '' });
    expect(result.err).toMatch(message);
    expect(result.err).toMatch(/; bring the file w\.pth here by other means, then: noisesmith weights convert FILE\n$/);
    expect(existsSync(kept('inception-2015-12-05.safetensors'))).toBe(false);
  });

  it('takes another address, and says in one line that nobody is there', async () => {
    const result = await cli(['weights', 'fetch', '--url', 'http://127.0.0.1:1/w.pth']);
    expect(result.exitCode).toBe(1);
    expect(result.err).toMatch(/^noisesmith: http:\/\/127\.0\.0\.1:1\/w\.pth: [^\n]*\n$/);
  });
});

describe('weights convert', () => {
  it('takes a file that is here, which has to be the known one for the cache folder', async () => {
    const file = join(folder, 'mine.pth');
    writeFileSync(file, torch);
    expect(await cli(['weights', 'convert', file])).toMatchObject({ exitCode: 0 });
    expect(existsSync(kept('inception-2015-12-05.safetensors'))).toBe(true);
    const other = join(folder, 'other.pth');
    writeFileSync(
      other,
      torch.map((byte, i) => (i === torch.length - 1 ? 1 : byte)),
    );
    const refused = await cli(['weights', 'convert', other]);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringMatching(/other\.pth: its SHA-256 is [^\n]*\n$/) });
    const out = join(folder, 'other.safetensors');
    expect(await cli(['weights', 'convert', other, '--out', out])).toMatchObject({ exitCode: 0 });
    const { metadata } = await openSafetensors(bytesSource(readBytes(out)));
    expect(metadata.sha256).not.toBe(known.sha256);
  });

  it.each<[string, string[], string]>([
    ['something else', ['convert', join(folder, 'notes.pth')], 'notes.pth'],
    ['a missing file', ['convert', 'none.pth'], 'none.pth: no such file'],
    ['no file', ['convert'], 'weights convert: FILE is missing'],
    ['another word', ['get'], 'weights get: expected fetch or convert'],
    ['no word', [], 'weights: fetch|convert is missing'],
    ['a file to fetch', ['fetch', 'x'], 'weights fetch: unexpected argument "x"'],
  ])('%s: one line and exit code 2', async (_, argv, message) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.pth'), 'no weights at all');
    const result = await cli(['weights', ...argv]);
    expect(result).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(/^noisesmith: [^\n]+\n$/) });
    expect(result.err).toContain(message);
  });
});

it('without weights the network of FID says how to get them', async () => {
  const images = join(folder, 'a.npz');
  writeFileSync(images, writeNpz({ arr_0: { dtype: 'U8', shape: [2, 4, 4, 1], data: new Uint8Array(32) } }));
  const result = await cli(['eval', '--samples', images, '--reference', images]);
  expect(result).toMatchObject({ exitCode: 2, out: '' });
  expect(result.err).toMatch(
    /^noisesmith: .*noisesmith\/weights\/inception-2015-12-05\.safetensors: no weights of inception there yet; noisesmith weights fetch downloads them, [^\n]*--network nsfwjs[^\n]*\n$/,
  );
});
