import type { StepStatistics } from '@noisesmith/training';
import type { Context } from '../context';
import { byteSize, groupedNumber } from '../output';

const digits = (value: number): string => value.toPrecision(4);

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** One status line of a run of `steps` steps. */
export function statusLine(statistics: StepStatistics, steps: number): string {
  const {
    gpuBytes,
    gradientNorm,
    images,
    imagesPerSecond,
    learningRate,
    loss,
    lossQuarters,
    secondsLeft,
    secondsPerKimg,
    step,
  } = statistics;
  const quarters = lossQuarters.map((value) => (value === null ? '-' : value.toPrecision(3))).join(' ');
  return [
    `step ${groupedNumber(step)}/${groupedNumber(steps)}`,
    `${groupedNumber(images)} images`,
    `loss ${digits(loss)} [${quarters}]`,
    `grad ${digits(gradientNorm)}`,
    `lr ${learningRate.toExponential(2)}`,
    `${digits(imagesPerSecond)} img/s`,
    `${digits(secondsPerKimg)} s/kimg`,
    byteSize(gpuBytes),
    `${duration(secondsLeft)} left`,
  ].join('  ');
}

/** Without a terminal a line is printed at most this often, because each stays. */
const PLAIN_INTERVAL = 10_000;

/** Status on standard error: one line that is rewritten on a terminal, plain lines otherwise. */
export class Progress {
  private shown = '';
  private lastPlain = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly context: Context,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Replaces the status. Without a terminal some are left out, unless they are `important`. */
  status(line: string, important = false): void {
    const { columns } = this.context;
    if (columns === undefined) {
      if (!important && this.now() - this.lastPlain < PLAIN_INTERVAL) return;
      this.lastPlain = this.now();
      this.context.err(`${line}\n`);
      return;
    }
    this.shown = line.slice(0, columns - 1);
    this.context.err(`\r\x1b[K${this.shown}`);
  }

  /** A status that counts something up; shown on a terminal only. */
  count(what: string, done: number, total: number): void {
    if (this.context.columns !== undefined) this.status(`${what} ${done}/${total}`);
  }

  /** A line that stays. */
  note(line: string): void {
    const { columns } = this.context;
    this.context.err(columns === undefined ? `${line}\n` : `\r\x1b[K${line}\n${this.shown}`);
  }

  /** Leaves the status where it is and goes on below it. */
  end(): void {
    if (this.shown !== '') this.context.err('\n');
    this.shown = '';
  }
}
