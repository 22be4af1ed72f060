/** An adapter that is not at hand, of which only its ceilings are known. */

import type { Ceilings } from '../../plan/cost/ceilings';
import { leastProfile } from '../device/least-profile';
import { webgpuTarget } from '../target';

/** Seconds that a GPU takes to begin a dispatch that waits for the one before, where nothing better is known. */
export const usualDispatchSeconds = 5e-6;

/** What plans for it may rely on: a GPU with the limits that every WebGPU adapter has. */
export const givenTarget = webgpuTarget({ ...leastProfile, description: 'a GPU with the given ceilings' });

/**
 * The ceilings of a GPU from `FLOPS,LOADS` or `FLOPS,LOADS,DISPATCH`: f32 operations and f32 numbers from memory per
 * second, and the seconds of a dispatch, for which {@link usualDispatchSeconds} stands.
 *
 * @throws RangeError for anything else
 */
export function parseCeilings(text: string): Ceilings {
  const numbers = text.split(',').map(Number);
  const [flopsPerSecond, loadsPerSecond, dispatchSeconds = usualDispatchSeconds] = numbers;
  if (numbers.length < 2 || numbers.length > 3 || !numbers.every((n) => n > 0 && Number.isFinite(n))) {
    throw new RangeError(`${JSON.stringify(text)}, expected FLOPS,LOADS or FLOPS,LOADS,DISPATCH, all above 0`);
  }
  return { flopsPerSecond: flopsPerSecond!, loadsPerSecond: loadsPerSecond!, dispatchSeconds, counted: 'distinct' };
}
