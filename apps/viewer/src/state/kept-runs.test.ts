// Reference: the File System standard, by which a file that was replaced after `getFile` can no longer be read.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listKeptRuns } from './kept-runs';

const about = { title: 'digits', step: 3, updated: '2026-01-01T00:00:00Z' };

/** A file that is replaced between being found and being read, so many times. */
function replaced(times: number) {
  let left = times;
  const getFile = async () => {
    const gone = left-- > 0;
    const text = async () => {
      if (gone) throw new DOMException('The requested file could not be read', 'NotReadableError');
      return JSON.stringify(about);
    };
    return { size: 60, text };
  };
  return { kind: 'file', getFile };
}

function folderOf(entries: Readonly<Record<string, object>>) {
  const get = async (name: string) => {
    if (entries[name]) return entries[name];
    throw new DOMException(name, 'NotFoundError');
  };
  return {
    kind: 'directory',
    getDirectoryHandle: get,
    getFileHandle: get,
    async *entries() {
      yield* Object.entries(entries);
    },
  };
}

beforeEach(() => {
  vi.stubGlobal('FileSystemFileHandle', { prototype: { createWritable: () => undefined } });
});
afterEach(() => vi.unstubAllGlobals());

function keep(runs: Readonly<Record<string, object>>): void {
  const root = folderOf({ runs: folderOf(runs) });
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
}

it('a run whose file is replaced while it is looked at is listed', async () => {
  keep({ one: folderOf({ 'about.json': replaced(2) }), none: folderOf({}) });
  expect(await listKeptRuns()).toMatchObject([{ id: 'one', about, bytes: 60 }]);
});

it('one that is replaced at every look is left out, and the others are listed', async () => {
  keep({ busy: folderOf({ 'about.json': replaced(1e9) }), calm: folderOf({ 'about.json': replaced(0) }) });
  expect(await listKeptRuns()).toMatchObject([{ id: 'calm' }]);
});
