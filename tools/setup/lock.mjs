import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './report.mjs';

/**
 * @typedef {{ pid: number, started: string }} Holder the process that holds a lock; `started` tells it from a later
 *   process with the same number ('' where the system does not say)
 */

/**
 * Start time of a process in clock ticks since boot, from field 22 of /proc/PID/stat; '' where there is no /proc.
 * @param {number} pid
 */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the program's name in brackets and may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/**
 * Whether the holder of a lock still runs.
 * @param {Holder} holder
 */
export function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs under another user.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return started === '' || startOf(pid) === started;
}

/**
 * @param {string} path
 * @returns {Holder | undefined} undefined when there is no lock or it is not (yet) readable
 */
export function readHolder(path) {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tries once to take the lock.
 * @param {string} path
 * @returns {boolean}
 */
export function tryLock(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Moves a lock aside whose holder is gone. Renaming first makes one of several waiting processes win.
 * @param {string} path
 * @param {Holder | undefined} stale what the lock held when it was judged stale
 */
function removeStale(path, stale) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  // Between judging and renaming, another process may have replaced the stale lock by its own: give that back.
  if (moved && moved.pid !== stale?.pid && isAlive(moved)) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

/**
 * Takes a lock file, waiting for a live holder, taking over from a dead one.
 * @param {string} path
 * @param {object} [options]
 * @param {number} [options.timeoutMs] how long to wait
 * @param {number} [options.pollMs]
 * @param {(holder: Holder | undefined) => void} [options.onWait] called once when waiting begins
 * @returns {Promise<() => void>} gives the lock back; a second call does nothing
 * @throws {SetupError} when the holder outlasts the wait
 */
export async function lock(path, { timeoutMs = 30 * 60_000, pollMs = 200, onWait = () => {} } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + timeoutMs;
  let waiting = false;
  let unreadable = 0;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    // An unreadable lock may be one that is being written at this moment; five looks in a row say that it is not.
    unreadable = holder ? 0 : unreadable + 1;
    if (holder ? !isAlive(holder) : unreadable >= 5) {
      removeStale(path, holder);
      unreadable = 0;
      continue;
    }
    if (!waiting) onWait(holder);
    waiting = true;
    if (Date.now() > deadline) {
      throw new SetupError(
        `another set-up (process ${holder?.pid ?? 'unknown'}) holds ${path}; remove it if none runs`,
      );
    }
    await sleep(pollMs);
  }
  let held = true;
  return () => {
    if (held) rmSync(path, { force: true });
    held = false;
  };
}
