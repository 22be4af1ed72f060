import { median } from '@noisesmith/tensor';

/** Medians over the rounds. */
export interface PagesResult {
  /** Images/s. */
  readonly without: number;
  readonly with: number;
  /** Share of the pace that is lost in each round, and in the median round: neighbours in time are compared. */
  readonly slowdowns: readonly number[];
  readonly slowdown: number;
}

/** @param turns images/s of each round; one at least */
export function pagesResult(turns: readonly { readonly without: number; readonly with: number }[]): PagesResult {
  const slowdowns = turns.map((turn) => 1 - turn.with / turn.without);
  return {
    without: median(turns.map((turn) => turn.without)),
    with: median(turns.map((turn) => turn.with)),
    slowdowns,
    slowdown: median(slowdowns),
  };
}
