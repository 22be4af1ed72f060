// References: the README on `--serve` and `view`; the files of the run folder themselves.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CliProcess, startCli } from './cli-process';
import { cli, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const MANY = 1_000_000;

/** The address that a command prints, once it does. */
async function baseOf({ text, until }: CliProcess): Promise<string> {
  const address = /(http:\/\/127\.0\.0\.1:\d+\/)#\/runs\b/;
  await until(({ err, out }) => address.test(err + out));
  return address.exec(text.err + text.out)![1]!;
}

const listOf = async (base: string) =>
  (await (await fetch(`${base}run/`)).json()) as { runs: { path: string; name: string; files: { path: string }[] }[] };

describe('train --serve', () => {
  const out = join(folder, 'served');
  const stats = (base: string, from: number) =>
    fetch(`${base}run/stats.jsonl`, { headers: { range: `bytes=${from}-` } });

  it('shows the page and the run while it trains, and ends with it', async () => {
    const command = startCli(tinyTrain(images, out, MANY, '--checkpoint-every', String(MANY), '--serve', '0'));
    const base = await baseOf(command);
    const page = await fetch(base);
    expect(await page.text()).toMatch(/<!doctype html>.*<div id="app">/s);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'.*; frame-ancestors 'none'$/,
    );
    const script = /<script[^>]+src="\.\/(assets\/[^"]+\.js)"/.exec(readPage())![1]!;
    expect((await fetch(base + script)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');

    // The lines of a run come one by one, each after a tick of two seconds.
    let text = '';
    while (text.split('\n').length < 3) {
      const answer = await stats(base, Buffer.byteLength(text));
      if (answer.status === 206) text += await answer.text();
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(String(readBytes(out, 'stats.jsonl')).startsWith(text)).toBe(true);
    const [first, second] = text.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
    expect(second.step).toBeGreaterThan(first.step);
    expect(first.lossByLogSnr.counts.reduce((a: number, b: number) => a + b)).toBe(first.images);
    expect(await (await fetch(`${base}run/config.json`)).json()).toEqual(
      JSON.parse(String(readBytes(out, 'config.json'))),
    );
    const { runs } = await listOf(base);
    expect(runs.map(({ name, path }) => [name, path])).toEqual([['served', '']]);
    expect(runs[0]!.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['config.json', 'stats.jsonl', 'lock']),
    );

    command.child.kill('SIGINT');
    expect(await command.ended).toBe(130);
    await expect(fetch(base)).rejects.toThrow();
    expect(command.text.err).toContain(`noisesmith view ${out} shows the run from now on\n`);
  });

  function readPage(): string {
    return readFileSync(new URL('../../viewer/dist/index.html', import.meta.url), 'utf8');
  }
});

describe('view', () => {
  beforeAll(async () => {
    for (const name of ['a', 'b'])
      expect(await cli(tinyTrain(images, join(folder, 'two', name), 3))).toMatchObject({ exitCode: 0 });
  });

  it('shows the runs of a folder until Ctrl-C', async () => {
    const command = startCli(['view', join(folder, 'two'), '--port', '0']);
    const base = await baseOf(command);
    expect(command.text.out).toMatch(/two: 2 runs at http:\/\/127\.0\.0\.1:\d+\/#\/runs; Ctrl-C ends it\n$/);
    const { runs } = await listOf(base);
    expect(runs.map(({ path }) => path)).toEqual(['a/', 'b/']);
    expect(await (await fetch(`${base}run/b/stats.jsonl`)).text()).toBe(
      String(readBytes(folder, 'two', 'b', 'stats.jsonl')),
    );
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(0);
  });

  it('says so when its port is taken, and takes another where none is asked for', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const command = startCli(['view', join(folder, 'two', 'a'), '--port', String(port)]);
    expect(await command.ended).toBe(1);
    expect(command.text.err).toBe(
      `noisesmith: --port: port ${port} cannot be used: something else listens there; expected one that is free\n`,
    );
    server.close();
    const both = [startCli(['view', join(folder, 'two', 'a')]), startCli(['view', join(folder, 'two', 'b')])];
    const bases = await Promise.all(both.map(baseOf));
    expect(new Set(bases).size).toBe(2);
    for (const { child } of both) child.kill('SIGINT');
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
  });
});
