import { readFileSync } from 'node:fs';

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
