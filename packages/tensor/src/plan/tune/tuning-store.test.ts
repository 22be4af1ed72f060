// References: the file system: what was written is read, and a damaged file is one line; the XDG base directory
// specification for the folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTextStorage } from './storage-node';
import { memoryStorage } from './text-storage';
import { openTuningStore, tuningStore } from './tuning-store';

const table = { key: 'mesa | llvmpipe: Mesa 25.0.7 | engine 1.0.0', choices: { site: 'rows 8x32' } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noisesmith-tuning-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A store in `location`, and the lines it warned with. */
function watched(location: string) {
  const lines: string[] = [];
  return { lines, store: openTuningStore({ location, onWarning: (line) => lines.push(line) }) };
}

describe('openTuningStore in Node', () => {
  it('keeps a table for a later store, and leaves nothing else behind', async () => {
    const location = join(folder, 'made', 'when needed');
    const { lines, store } = watched(location);
    expect(await store.read(table.key)).toBeUndefined();
    await store.write({ ...table, choices: { site: 'older' } });
    await store.write(table);
    expect(await watched(location).store.read(table.key)).toEqual(table);
    expect(await store.read('another key')).toBeUndefined();
    expect(readdirSync(location)).toEqual([expect.stringMatching(/^mesa-llvmpipe-Mesa-25\.0\.7-.*\.json$/)]);
    expect(lines).toEqual([]);
  });

  it('has a file of its own for keys that differ in signs alone', async () => {
    const { store } = watched(folder);
    await store.write(table);
    await store.write({ key: table.key.replaceAll('|', '/'), choices: {} });
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await store.read(table.key)).toEqual(table);
  });

  it('passes over a damaged file with one line that names it, and writes a sound one in its place', async () => {
    const { lines, store } = watched(folder);
    await store.write(table);
    const file = join(folder, readdirSync(folder)[0]!);
    writeFileSync(file, readFileSync(file).subarray(0, 40));
    expect(await store.read(table.key)).toBeUndefined();
    expect(lines).toEqual([`tuning table ${file} is not used: it is not JSON`]);
    await store.write(table);
    expect(await store.read(table.key)).toEqual(table);
  });

  it('warns, and does not fail, where no folder can be', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const { lines, store } = watched(join(file, 'below'));
    await store.write(table);
    expect(await store.read(table.key)).toBeUndefined();
    expect(lines).toEqual([
      expect.stringMatching(/^tuning table .* is not kept: ENOTDIR/),
      expect.stringMatching(/^tuning table .* is not used: ENOTDIR/),
    ]);
  });

  it('says before the work whether a table could be kept', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    expect(await watched(join(file, 'below')).store.obstacle(table.key)).toMatch(
      /^tuning table .* is not kept: ENOTDIR/,
    );
    expect(await watched(join(folder, 'made')).store.obstacle(table.key)).toBeUndefined();
    expect(await tuningStore(memoryStorage()).obstacle(table.key)).toBeUndefined();
  });
});

describe('the folder', () => {
  it.each([
    ['/somewhere/cache', '', '/somewhere/cache/noisesmith/tuning/'],
    ['', '/home/somebody', '/home/somebody/.cache/noisesmith/tuning/'],
    // The specification has relative paths ignored.
    ['relative', '/home/somebody', '/home/somebody/.cache/noisesmith/tuning/'],
  ])('with XDG_CACHE_HOME=%s and HOME=%s is %s', (cache, home, expected) => {
    vi.stubEnv('XDG_CACHE_HOME', cache);
    if (home) vi.stubEnv('HOME', home);
    expect(openTextStorage().where('k').startsWith(expected)).toBe(true);
  });
});

describe('tuningStore', () => {
  it('keeps tables in any storage of texts', async () => {
    const texts = new Map<string, string>();
    await tuningStore(memoryStorage(texts)).write(table);
    expect(await tuningStore(memoryStorage(texts)).read(table.key)).toEqual(table);
  });
  it('says in one line why a storage does not work', async () => {
    const lines: string[] = [];
    const broken = { ...memoryStorage(), read: () => Promise.reject(new Error('denied\nby the browser')) };
    expect(await tuningStore(broken, (line) => lines.push(line)).read('k')).toBeUndefined();
    expect(lines).toEqual(['tuning table memory: k is not used: denied by the browser']);
  });
});
