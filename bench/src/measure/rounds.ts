import type { Prepared } from '../peer';
import { maxRunsPerRound, roundMs } from '../protocol';
import { type Limits, takeValues } from './values';

export interface RoundTimes {
  readonly firstMs: number;
  readonly runsPerRound: number;
  /** Milliseconds per run of each round. */
  readonly all: number[];
}

/** Runs that make a round last {@link roundMs} when one takes `runMs`. */
export const runsFor = (runMs: number): number => Math.min(Math.max(Math.ceil(roundMs / runMs), 1), maxRunsPerRound);

/** Times the first run together with `prepare`, then rounds of back-to-back runs, as protocol.ts states. */
export async function timeRounds(
  prepare: () => Promise<Prepared>,
  limits: Limits,
  now: () => number = () => performance.now(),
): Promise<RoundTimes & { readonly prepared: Prepared }> {
  const start = now();
  const prepared = await prepare();
  const runs = async (count: number, since = now()): Promise<number> => {
    await prepared.run(count);
    return now() - since;
  };
  const firstMs = await runs(1, start);
  const runsPerRound = runsFor(await runs(1));
  const rounds = await takeValues(limits, () => runs(runsPerRound));
  return { firstMs, runsPerRound, all: rounds.map((ms) => ms / runsPerRound), prepared };
}
