import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Resident memory of one process, in bytes. */
export interface MemoryMeter {
  resident(): number;
  /** The highest since the latest `restart`, or of the life of the process where it cannot be restarted. */
  peak(): number;
  /** Begins to look for the peak anew. Absent where the system keeps one peak for the life of a process. */
  readonly restart?: () => void;
}

/** What Linux's `clear_refs` takes for: the peak is what is resident now (proc(5)). */
const RESET_PEAK = '5';

const KIBIBYTE = 1024;

/** A field of `/proc/PID/status` in bytes. @throws Error when it is not there */
export function statusBytes(status: string, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status);
  if (!found) throw new Error(`no ${field} in the status of a process`);
  return KIBIBYTE * Number(found[1]);
}

/**
 * The meter of a process: by Linux's `/proc`; elsewhere only of this process, whose peak is that of its life.
 * @param proc where `/proc` is
 */
export function openMeter(pid: number, proc = '/proc'): MemoryMeter | undefined {
  const [status, reset] = [join(proc, String(pid), 'status'), join(proc, String(pid), 'clear_refs')];
  if (isAccessible(status, constants.R_OK)) {
    const read = (field: 'VmRSS' | 'VmHWM') => statusBytes(readFileSync(status, 'utf8'), field);
    return {
      resident: () => read('VmRSS'),
      peak: () => read('VmHWM'),
      ...(isAccessible(reset, constants.W_OK) && { restart: () => writeFileSync(reset, RESET_PEAK) }),
    };
  }
  if (pid !== process.pid) return undefined;
  return {
    resident: () => process.memoryUsage.rss(),
    peak: () => KIBIBYTE * process.resourceUsage().maxRSS,
  };
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
