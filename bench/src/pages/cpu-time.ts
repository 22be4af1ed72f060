import { readdirSync, readFileSync } from 'node:fs';

/** Of a tick of `/proc`, on every Linux that Node runs on (sysconf(3), _SC_CLK_TCK). */
const TICK_MS = 10;

/** Time that all threads of a process have computed, from fields 14 and 15 of `/proc/PID/stat` (proc(5)); NaN elsewhere. */
export function cpuMilliseconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** Milliseconds that each thread of a process has computed, by its id, from `/proc/PID/task` (Linux); empty elsewhere. */
export function threadMilliseconds(pid: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      try {
        const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
        found.set(thread, Number(nanoseconds) / 1e6);
      } catch {
        // It has ended since the folder was listed.
      }
    }
  } catch {
    // Not a system that tells.
  }
  return found;
}

/** What each thread computed between two calls of `threadMilliseconds`, in milliseconds a second. */
export function threadRates(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  seconds: number,
): ReadonlyMap<string, number> {
  return new Map([...after].map(([thread, time]) => [thread, (time - (before.get(thread) ?? 0)) / seconds]));
}
