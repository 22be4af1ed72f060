import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_ERROR = 2;

/**
 * Another way to what standard error leads to; undefined where opening it again is not the same thing: a file, whose
 * place in it is lost, a socket, a platform without /proc.
 */
function secondWay(): number | undefined {
  try {
    if (!isatty(STANDARD_ERROR) && !fstatSync(STANDARD_ERROR).isFIFO()) return undefined;
    // Without O_NONBLOCK a pipe whose reader has gone would be waited for.
    const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants;
    return openSync(`/proc/self/fd/${STANDARD_ERROR}`, O_WRONLY | O_NOCTTY | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * Does `call` while what native code prints on standard error goes nowhere: Dawn tells of limits that it lowers for a
 * software adapter, which is no news to anybody and cannot be switched off. Only where standard error is a terminal or a
 * pipe; elsewhere it just calls. `call` must be synchronous and print nothing that is wanted.
 */
export function withoutNativeWarnings<T>(call: () => T): T {
  const way = secondWay();
  if (way === undefined) return call();
  // A file descriptor is always the lowest that is free: what is opened after a close takes its place.
  const redirect = (path: string, flags: number): void => {
    closeSync(STANDARD_ERROR);
    openSync(path, flags);
  };
  try {
    redirect('/dev/null', constants.O_WRONLY);
    return call();
  } finally {
    try {
      redirect(`/proc/self/fd/${way}`, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    } catch {
      // The reader has gone meanwhile: nobody is left to tell.
      openSync('/dev/null', constants.O_WRONLY);
    }
    closeSync(way);
  }
}
