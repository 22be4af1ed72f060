import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { UsageError } from '../errors';

/** Of a run folder, while a process trains there. */
export const LOCK_FILE = 'lock';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start of the process, which tells it from a later one of the same number; '' where the system does not say. */
  readonly started: string;
}

/** Field 22 of `/proc/PID/stat`, clock ticks since boot (proc(5)). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold spaces and brackets itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const self = (): Holder => ({ pid: process.pid, host: hostname(), started: startOf(process.pid) });

/** Whether a holder may still run; of one on another machine nothing is known. */
function mayRun({ host, pid, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs under another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return started === '' || startOf(pid) === started;
}

/** Undefined when there is no lock, or none that a holder finished writing. */
function holderOf(path: string): Holder | undefined {
  try {
    const { host, pid, started } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof started !== 'string') return undefined;
    return { pid, host, started };
  } catch {
    return undefined;
  }
}

/** @throws UsageError when a process that may still run trains in the folder */
export function checkUnlocked(folder: string): void {
  const path = join(folder, LOCK_FILE);
  const holder = holderOf(path);
  if (!holder || !mayRun(holder)) return;
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  throw new UsageError(
    `the run in ${folder} is being trained by process ${holder.pid}${where}; use another --out, or remove ${path} if that process is gone`,
  );
}

/** Moves a lock aside whose holder is gone; of several processes that find it one can. */
function removeStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = holderOf(aside);
  // Since the lock was judged, another process may have put its own in its place.
  if (moved && mayRun(moved)) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

/** Keeps other processes from training in the folder. */
export class RunLock implements Disposable {
  private constructor(private readonly path: string) {}

  /**
   * Takes over from a holder that is gone.
   * @param folder one that exists
   * @throws UsageError as `checkUnlocked`
   */
  static take(folder: string): RunLock {
    const path = join(folder, LOCK_FILE);
    for (;;) {
      checkUnlocked(folder);
      removeStale(path, join(folder, `.${LOCK_FILE}.${process.pid}.tmp`));
      try {
        writeFileSync(path, JSON.stringify(self()), { flag: 'wx' });
        return new RunLock(path);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { force: true });
  }
}
