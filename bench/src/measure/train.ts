import type { Training } from '../peer';
import type { TrainMemory } from '../protocol';
import type { MemoryMeter } from './memory';
import { type Limits, takeValues } from './values';

export interface TrainTimes {
  readonly firstMs: number;
  readonly all: number[];
  readonly losses: number[];
  /** null where there is no meter. */
  readonly memory: TrainMemory | null;
}

export interface Instruments {
  /** Of the process that computes. */
  readonly meter: MemoryMeter | undefined;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
}

/**
 * Times step 0 together with `open`, then steps 1, 2, … as far as the limits allow, and reads the meter beside them.
 * @throws Error when a loss is not finite
 */
export async function timeTraining(
  open: () => Promise<Training>,
  limits: Limits,
  { meter, now = () => performance.now() }: Instruments,
): Promise<TrainTimes> {
  const losses: number[] = [];
  const baseline = meter?.resident() ?? 0;
  meter?.restart?.();
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
  const firstPeak = meter?.peak() ?? 0;
  meter?.restart?.();
  const all = await takeValues(limits, (index) => take(index + 1));
  const lastPeak = meter?.peak() ?? 0;
  const memory = meter && {
    baseline,
    growth: Math.max(firstPeak, lastPeak) - baseline,
    warmGrowth: meter.restart ? lastPeak - baseline : null,
    planned: training.planned ?? null,
  };
  return { firstMs, all, losses, memory: memory ?? null };
}
