/** Milliseconds of work to keep submitted: long beside the way of a signal to the host and back, short for a person. */
const AHEAD = 20;
/** The host prepares the next run while one is under way. */
const FEWEST = 2;
/** Each holds what brings its small outputs to the host. */
export const MOST_IN_FLIGHT = 32;

/**
 * Runs that are submitted and not known to be done. Waiting after each for the one before it would leave a GPU idle
 * where a run is shorter than the news of its end takes to arrive, so the shorter the runs, the more may be under way:
 * about 20 milliseconds of them, at least two and at most 32.
 */
export class InFlight {
  readonly #ends: Promise<void>[] = [];
  #allowed = FEWEST;

  /** @param now a clock in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes the end of a run just submitted. Resolves when another may follow. @throws what a run failed with */
  async add(end: Promise<void>): Promise<void> {
    const submitted = this.now();
    const underWay = this.#ends.length + 1;
    const ended = end.then(() => {
      // Those before it were partly done, so this is rather too short than too long.
      const each = (this.now() - submitted) / underWay;
      this.#allowed = Math.min(MOST_IN_FLIGHT, Math.max(FEWEST, Math.floor(AHEAD / each)));
    });
    // A failure is thrown where `add` awaits it, or by the next call of the device.
    ended.catch(() => undefined);
    this.#ends.push(ended);
    if (this.#ends.length < this.#allowed) return;
    // Half of them at once: a thread that is woken for each takes a core from a software adapter.
    while (this.#ends.length > this.#allowed / 2) await this.#ends.shift();
  }
}
