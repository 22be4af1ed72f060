import { type LossByLogSnr, lossByLogSnr } from './loss-by-log-snr';

/** What a finished step reports. */
export interface StepResult {
  /** Counted from 0. */
  readonly step: number;
  readonly learningRate: number;
  /** t, logSNR and loss of each example, in the same order; logSNR with the input scale in it, as the network sees it. */
  readonly times: ArrayLike<number>;
  readonly logSnrs: ArrayLike<number>;
  readonly losses: ArrayLike<number>;
  readonly gradientNorm: number;
}

/** Means over the steps since the last report, and the pace. */
export interface StepStatistics {
  /** Steps done since the start of the run. */
  readonly step: number;
  /** Images seen since the start of the run. */
  readonly images: number;
  readonly loss: number;
  /** Mean loss of the examples with t in [0, 1/4), [1/4, 1/2), ...; null where there were none. */
  readonly lossQuarters: readonly (number | null)[];
  readonly lossByLogSnr: LossByLogSnr;
  readonly gradientNorm: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** Of warm steps; null until there are some, and so are the two that follow. */
  readonly imagesPerSecond: number | null;
  /** Seconds for a thousand images. */
  readonly secondsPerKimg: number | null;
  readonly secondsLeft: number | null;
  /** Bytes that the run holds on its device. */
  readonly deviceBytes: number;
}

/** Steps and the seconds that they took together. */
interface Pace {
  steps: number;
  seconds: number;
}

/**
 * Gathers step results between reports. Time is in milliseconds of any steady clock.
 *
 * A step takes the time from the end of the one before it to its own. So the first step of all counts for nothing: kernels
 * compile while it runs. The first after a halt, before which the device had nothing to do, counts only until there is one
 * that follows another.
 */
export class StatisticsWindow {
  private results: StepResult[] = [];
  private since: number;
  private halted = 0;
  /** When the step before ended, if the next one follows it at once. */
  private previous: number | undefined;
  /** When the last halt ended. */
  private resumed: number | undefined;
  private warm: Pace = { steps: 0, seconds: 0 };
  private afterHalts: Pace = { steps: 0, seconds: 0 };
  /** Seconds a step, of the latest steps that were warm. */
  private pace: number | undefined;

  constructor(
    private readonly now: () => number,
    private readonly batch: number,
    private readonly steps: number,
  ) {
    this.since = this.clock();
  }

  /** The clock, which stands still in halts. */
  clock(): number {
    return this.now() - this.halted;
  }

  /** @param end of the step, by `clock`; a result may be added later, never out of order */
  add(result: StepResult, end: number = this.clock()): void {
    this.results.push(result);
    if (this.previous !== undefined) addTo(this.warm, end - this.previous);
    else if (this.resumed !== undefined) addTo(this.afterHalts, end - this.resumed);
    this.previous = end;
  }

  get length(): number {
    return this.results.length;
  }

  /** Milliseconds since the last report, halts left out. */
  get elapsed(): number {
    return this.clock() - this.since;
  }

  /** Runs something that is no training (a sample, a checkpoint) off the clock, when all steps before it have ended. */
  async halt<T>(work: () => Promise<T> | T): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      this.halted += this.now() - start;
      this.previous = undefined;
      this.resumed = this.clock();
    }
  }

  /** Statistics since the last report; then starts a new window. At least one step must be in it. */
  report(deviceBytes: number): StepStatistics {
    const last = this.results.at(-1);
    if (!last) throw new RangeError('statistics of no steps');
    const losses = this.results.flatMap(({ logSnrs, losses, times }) =>
      Array.from(losses, (loss, i) => ({ loss, t: times[i]!, logSnr: logSnrs[i]! })),
    );
    const quarters = [0, 1, 2, 3].map((q) => losses.filter(({ t }) => Math.min(3, Math.floor(t * 4)) === q));
    const seconds = this.secondsPerStep();
    const stepsLeft = this.steps - last.step - 1;
    const statistics: StepStatistics = {
      step: last.step + 1,
      images: (last.step + 1) * this.batch,
      loss: mean(losses.map(({ loss }) => loss)),
      lossQuarters: quarters.map((part) => (part.length > 0 ? mean(part.map(({ loss }) => loss)) : null)),
      lossByLogSnr: lossByLogSnr(
        losses.map(({ loss }) => loss),
        losses.map(({ logSnr }) => logSnr),
      ),
      gradientNorm: mean(this.results.map(({ gradientNorm }) => gradientNorm)),
      learningRate: last.learningRate,
      imagesPerSecond: seconds === null ? null : this.batch / seconds,
      secondsPerKimg: seconds === null ? null : (seconds * 1000) / this.batch,
      secondsLeft: seconds === null ? null : seconds * stepsLeft,
      deviceBytes,
    };
    this.results = [];
    this.since = this.clock();
    return statistics;
  }

  private secondsPerStep(): number | null {
    if (this.warm.steps > 0 && this.warm.seconds > 0) {
      this.pace = this.warm.seconds / this.warm.steps;
      this.warm = { steps: 0, seconds: 0 };
    }
    const { seconds, steps } = this.afterHalts;
    return this.pace ?? (steps > 0 && seconds > 0 ? seconds / steps : null);
  }
}

function addTo(pace: Pace, milliseconds: number): void {
  pace.steps += 1;
  pace.seconds += milliseconds / 1000;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
