/** What a finished step reports. */
export interface StepResult {
  /** Counted from 0. */
  readonly step: number;
  readonly learningRate: number;
  /** t and loss of each example, in the same order. */
  readonly times: ArrayLike<number>;
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
  readonly gradientNorm: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Seconds for a thousand images. */
  readonly secondsPerKimg: number;
  readonly secondsLeft: number;
  readonly gpuBytes: number;
}

/** Gathers step results between reports. Time is in milliseconds of any steady clock. */
export class StatisticsWindow {
  private results: StepResult[] = [];
  private since: number;
  private paused = 0;

  constructor(
    private readonly now: () => number,
    private readonly batch: number,
    private readonly steps: number,
  ) {
    this.since = now();
  }

  add(result: StepResult): void {
    this.results.push(result);
  }

  get length(): number {
    return this.results.length;
  }

  /** Milliseconds since the last report, pauses left out. */
  get elapsed(): number {
    return this.now() - this.since - this.paused;
  }

  /** Runs something that is no training (a sample, a checkpoint) off the clock. */
  async pause<T>(work: () => Promise<T> | T): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      this.paused += this.now() - start;
    }
  }

  /** Forgets everything and starts the clock anew. */
  reset(): void {
    this.results = [];
    this.since = this.now();
    this.paused = 0;
  }

  /** Statistics since the last report; then starts a new window. At least one step must be in it. */
  report(gpuBytes: number): StepStatistics {
    const last = this.results.at(-1);
    if (!last) throw new RangeError('statistics of no steps');
    const seconds = this.elapsed / 1000;
    const count = this.results.length;
    const losses = this.results.flatMap(({ losses, times }) =>
      Array.from(losses, (loss, i) => ({ loss, t: times[i]! })),
    );
    const quarters = [0, 1, 2, 3].map((q) => losses.filter(({ t }) => Math.min(3, Math.floor(t * 4)) === q));
    const statistics: StepStatistics = {
      step: last.step + 1,
      images: (last.step + 1) * this.batch,
      loss: mean(losses.map(({ loss }) => loss)),
      lossQuarters: quarters.map((part) => (part.length > 0 ? mean(part.map(({ loss }) => loss)) : null)),
      gradientNorm: mean(this.results.map(({ gradientNorm }) => gradientNorm)),
      learningRate: last.learningRate,
      imagesPerSecond: (count * this.batch) / seconds,
      secondsPerKimg: (seconds * 1000) / (count * this.batch),
      secondsLeft: (seconds / count) * (this.steps - last.step - 1),
      gpuBytes,
    };
    this.reset();
    return statistics;
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
