/** Mean losses of examples by their noise level: bin i is of a logSNR in [from + i, from + i + 1). */
export interface LossByLogSnr {
  /** Lower edge of the first bin that holds an example; whole, from −20 to 19. */
  readonly from: number;
  /** Examples in each bin up to the last that holds one. */
  readonly counts: readonly number[];
  /** Their mean loss, to four digits; null in a bin without any. */
  readonly losses: readonly (number | null)[];
}

/** Beyond lies what is noise or image to the last bit; it is counted in the outermost bins. */
const LOWEST = -20;
const HIGHEST = 19;

const binOf = (logSnr: number): number => Math.min(HIGHEST, Math.max(LOWEST, Math.floor(logSnr)));

/**
 * Sorts losses into bins.
 * @param logSnrs in natural logarithms, one for each loss; there must be one at least
 */
export function lossByLogSnr(losses: readonly number[], logSnrs: readonly number[]): LossByLogSnr {
  const bins = logSnrs.map(binOf);
  // One by one: a window may hold more examples than a call takes arguments.
  const from = bins.reduce((least, bin) => Math.min(least, bin), HIGHEST);
  const to = bins.reduce((most, bin) => Math.max(most, bin), LOWEST);
  const counts = Array.from({ length: to - from + 1 }, () => 0);
  const sums = counts.slice();
  bins.forEach((bin, i) => {
    counts[bin - from]! += 1;
    sums[bin - from]! += losses[i]!;
  });
  return {
    from,
    counts,
    losses: sums.map((sum, i) => (counts[i] === 0 ? null : Number((sum / counts[i]!).toPrecision(4)))),
  };
}
