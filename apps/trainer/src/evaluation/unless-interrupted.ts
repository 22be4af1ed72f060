import type { Context } from '../context';
import { exitCodes } from '../errors';
import type { Progress } from '../run/progress';

/**
 * Work that writes its results at its end, or nothing where a signal ends it.
 * @returns the exit code
 */
export async function unlessInterrupted(
  signal: AbortSignal,
  progress: Progress,
  context: Context,
  work: () => Promise<void>,
): Promise<number> {
  try {
    await work();
    return exitCodes.done;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.end();
    context.err('interrupted; nothing was written\n');
    return exitCodes.interrupted;
  }
}
