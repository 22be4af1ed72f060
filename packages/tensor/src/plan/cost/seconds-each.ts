export interface ClockOptions {
  /** Repeats go on until one measurement takes this long, so that what surrounds it costs little of it. */
  readonly atLeastSeconds: number;
  /** Repeats of a measurement at most. */
  readonly mostRepeats: number;
  /** Measurements of which the shortest counts: what else runs makes some of them longer. */
  readonly attempts: number;
}

/**
 * Seconds of one repeat, where `measure` gives the seconds of a number of them: the number grows until they take
 * `atLeastSeconds` together. The very first measurement does not count: drivers finish compiling at the first dispatch.
 */
export async function secondsEach(
  measure: (repeats: number) => Promise<number>,
  { atLeastSeconds, mostRepeats, attempts }: ClockOptions,
): Promise<number> {
  await measure(1);
  for (let repeats = 1; ; ) {
    let seconds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < attempts; i++) seconds = Math.min(seconds, await measure(repeats));
    if (seconds >= atLeastSeconds || repeats >= mostRepeats) return seconds / repeats;
    const wanted = Math.ceil((1.2 * repeats * atLeastSeconds) / Math.max(seconds, 1e-9));
    repeats = Math.min(mostRepeats, Math.max(2 * repeats, wanted));
  }
}
