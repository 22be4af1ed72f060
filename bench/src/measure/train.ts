import type { Training } from '../peer';
import { type Limits, takeValues } from './values';

export interface TrainTimes {
  readonly firstMs: number;
  readonly all: number[];
  readonly losses: number[];
}

/**
 * Times step 0 together with `open`, then steps 1, 2, … as far as the limits allow.
 * @throws Error when a loss is not finite
 */
export async function timeTraining(
  open: () => Promise<Training>,
  limits: Limits,
  now: () => number = () => performance.now(),
): Promise<TrainTimes> {
  const losses: number[] = [];
  const start = now();
  const training = await open();
  async function take(index: number, since = now()): Promise<number> {
    const loss = await training.step(index);
    const ms = now() - since;
    if (!Number.isFinite(loss)) throw new Error(`the loss of step ${index} is ${loss}`);
    losses.push(loss);
    return ms;
  }
  const firstMs = await take(0, start);
  const all = await takeValues(limits, (index) => take(index + 1));
  return { firstMs, all, losses };
}
