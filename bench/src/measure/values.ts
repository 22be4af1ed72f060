import { turnMs } from '../protocol';

/** How many values to take, and for how long at most; see job.ts. */
export interface Limits {
  readonly repeats: number;
  readonly budgetMs: number;
  /** Waits for a turn of {@link turnMs}, after which it waits for another. Absent, it is always one's turn. */
  readonly turn?: () => Promise<void>;
}

/**
 * Takes up to `repeats` values one after another, each the milliseconds that it took, and stops before one that would
 * begin after `budgetMs` of them. At least one is taken.
 */
export async function takeValues(
  { repeats, budgetMs, turn }: Limits,
  take: (index: number) => Promise<number>,
): Promise<number[]> {
  const values: number[] = [];
  let spent = 0;
  let turnEnds = 0;
  while (values.length < repeats && (values.length === 0 || spent < budgetMs)) {
    if (turn && spent >= turnEnds) {
      await turn();
      turnEnds = spent + turnMs;
    }
    const ms = await take(values.length);
    values.push(ms);
    spent += ms;
  }
  return values;
}
