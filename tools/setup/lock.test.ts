// Reference: mutual exclusion itself; the holders are this process, a finished child, and a live process under a wrong start time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive, lock, readHolder, startOf, tryLock } from './lock.mjs';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noisesmith-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one in at a time, in turn', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    const release = await lock(path, { pollMs: 1 });
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside--;
    release();
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

it('holds off a second taker and names the holder', async () => {
  const release = await lock(path);
  expect(tryLock(path)).toBe(false);
  expect(readHolder(path)).toEqual({ pid: process.pid, started: startOf(process.pid) });
  const waited: (number | undefined)[] = [];
  await expect(lock(path, { timeoutMs: 20, pollMs: 5, onWait: (holder) => waited.push(holder?.pid) })).rejects.toThrow(
    `process ${process.pid}`,
  );
  expect(waited).toEqual([process.pid]);
  release();
});

it('gives back only once', async () => {
  const release = await lock(path);
  release();
  const second = await lock(path);
  release();
  expect(existsSync(path)).toBe(true);
  second();
});

it('takes over from a process that ended', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, JSON.stringify({ pid, started: '' }));
  const release = await lock(path, { timeoutMs: 5000, pollMs: 1 });
  expect(readHolder(path)?.pid).toBe(process.pid);
  release();
});

it('takes over from an unreadable lock', async () => {
  writeFileSync(path, '{"pid":');
  const release = await lock(path, { timeoutMs: 5000, pollMs: 1 });
  expect(readHolder(path)?.pid).toBe(process.pid);
  release();
});

it('tells a process from a later one with the same number', () => {
  expect(isAlive({ pid: process.pid, started: startOf(process.pid) })).toBe(true);
  expect(isAlive({ pid: process.pid, started: '1' })).toBe(false);
});
