// Reference: the definition in the docstrings, on folders made here and a clock that the test moves.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunLister } from './run-list';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'noisesmith-list-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '{}');
}

const found = async (lister: RunLister): Promise<Record<string, string[]>> =>
  Object.fromEntries((await lister.state()).list.runs.map(({ files, path }) => [path, files.map((file) => file.path)]));

it('a run that has yet to begin has no files', async () => {
  let now = 0;
  const lister = new RunLister(folder, true, () => now);
  expect(await found(lister)).toEqual({ '': [] });
  write('config.json');
  write('grids/000100.png');
  expect(await found(lister)).toEqual({ '': [] });
  now = 5000;
  expect(await found(lister)).toEqual({ '': ['config.json', 'grids/000100.png'] });
});

it('a change is seen after a second, and what has not changed has the same tag', async () => {
  let now = 0;
  write('config.json');
  const lister = new RunLister(folder, true, () => now);
  const first = await lister.state();
  now = 999;
  expect(await lister.state()).toBe(first);
  now = 1001;
  const second = await lister.state();
  expect(second).not.toBe(first);
  expect(second.etag).toBe(first.etag);
  write('stats.jsonl');
  now = 2100;
  expect((await lister.state()).etag).not.toBe(first.etag);
});

it('looking takes at most a twentieth of the time', async () => {
  let now = 0;
  write('config.json');
  // Each look at the clock takes 100 ms, so looking at the folder takes as long.
  const lister = new RunLister(folder, true, () => (now += 100));
  const first = await lister.state();
  now = 1800;
  expect(await lister.state()).toBe(first);
  now = 2400;
  expect(await lister.state()).not.toBe(first);
});

it('the statistics of a run that is trained stand in the list with their end, from the beginning of a line', async () => {
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, i) => `{"step":${i},"note":"Größe"}\n`).join('');
  const end = async (text: string) => {
    writeFileSync(join(folder, 'stats.jsonl'), text);
    const { list } = await new RunLister(folder, true).state();
    const file = list.runs[0]!.files.find(({ path }) => path === 'stats.jsonl');
    expect(file?.size).toBe(Buffer.byteLength(text));
    return file?.end;
  };
  expect(await end(lines(3))).toBeUndefined();
  write('lock');
  expect(await end(lines(3))).toEqual({ from: 0, text: lines(3) });
  expect(await end('')).toEqual({ from: 0, text: '' });
  const long = `${lines(5000)}{"step":`;
  const { from, text } = (await end(long))!;
  expect(Buffer.from(long).subarray(from).toString()).toBe(text);
  expect(text).toMatch(/^\{"step":\d+,/);
  expect(32 * 1024 - Buffer.byteLength(text)).toBeLessThan(64);
  expect(32 * 1024 - Buffer.byteLength(text)).toBeGreaterThanOrEqual(0);
});

it('statistics that are a link are none', async () => {
  write('lock');
  write('away/notes.txt');
  symlinkSync('away/notes.txt', join(folder, 'stats.jsonl'));
  expect(await found(new RunLister(folder, true))).toEqual({ '': ['lock', 'away/notes.txt'] });
});

it('runs are found below a folder, and not in runs, hidden folders or too far down', async () => {
  for (const path of ['b/config.json', 'a/x/stats.jsonl', 'b/old/config.json', '.c/config.json', 'd/notes.txt'])
    write(path);
  write('1/2/3/config.json');
  write('1/2/3/4/config.json');
  write('e/1/2/3/config.json');
  expect(await found(new RunLister(folder, false))).toEqual({
    '1/2/3/': ['config.json', '4/config.json'],
    'a/x/': ['stats.jsonl'],
    'b/': ['config.json', 'old/config.json'],
  });
});
