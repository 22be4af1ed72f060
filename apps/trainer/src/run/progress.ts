import { printable } from '@noisesmith/formats';
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

/** What is not known yet is a dash. */
const known = (value: number | null, print: (value: number) => string): string => (value === null ? '-' : print(value));

/** One status line of a run of `steps` steps. */
export function statusLine(statistics: StepStatistics, steps: number): string {
  const {
    deviceBytes,
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
    `${known(imagesPerSecond, digits)} img/s`,
    `${known(secondsPerKimg, digits)} s/kimg`,
    byteSize(deviceBytes),
    `${known(secondsLeft, duration)} left`,
  ].join('  ');
}

/** Without a terminal a line is printed at most this often, because each stays. */
const PLAIN_INTERVAL = 10_000;

/** Without a terminal, and without a line for so long, one says what is still under way. */
const LONGEST_SILENCE = 60_000;
/** How often that is looked at. What came since the last look goes on by itself: it is not said how long it takes. */
const LOOK_INTERVAL = LONGEST_SILENCE / 4;

/** Status on standard error: one line that is rewritten on a terminal, plain lines otherwise. */
export class Progress implements Disposable {
  private shown = '';
  private lastPlain = Number.NEGATIVE_INFINITY;
  /** What is under way and since when, whether it was printed or not. */
  private current = { line: '', since: 0 };
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: Pick<Context, 'columns' | 'err'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Replaces the status. Without a terminal some are left out, unless they are `important`. */
  status(line: string, important = false): void {
    const { columns } = this.context;
    if (columns === undefined) {
      this.goOn(line);
      if (important || this.now() - this.lastPlain >= PLAIN_INTERVAL) this.plain(line);
      return;
    }
    this.shown = printable(line).slice(0, columns - 1);
    this.context.err(`\r\x1b[K${this.shown}`);
  }

  /** A status that is shown on a terminal, and without one only when nothing else is for long. */
  quiet(line: string): void {
    if (this.context.columns === undefined) this.goOn(line);
    else this.status(line);
  }

  /** A quiet status that counts something up. */
  count(what: string, done: number, total: number): void {
    this.quiet(`${what} ${done}/${total}`);
  }

  /** A line that stays. */
  note(line: string): void {
    if (this.context.columns === undefined) this.plain(line);
    else this.context.err(`\r\x1b[K${printable(line)}\n${this.shown}`);
  }

  /** Leaves the status where it is and goes on below it. */
  end(): void {
    if (this.shown !== '') this.context.err('\n');
    this.shown = '';
    clearInterval(this.watch);
    this.watch = undefined;
  }

  [Symbol.dispose](): void {
    this.end();
  }

  private plain(line: string): void {
    this.lastPlain = this.now();
    this.context.err(`${printable(line)}\n`);
  }

  private goOn(line: string): void {
    if (line !== this.current.line) this.current = { line, since: this.now() };
    if (this.watch) return;
    this.lastPlain = Math.max(this.lastPlain, this.now() - PLAIN_INTERVAL);
    this.watch = setInterval(() => this.breakSilence(), LOOK_INTERVAL);
    // It must not keep a process that has nothing else to do.
    this.watch.unref();
  }

  private breakSilence(): void {
    const { line, since } = this.current;
    if (this.now() - this.lastPlain < LONGEST_SILENCE) return;
    const taken = this.now() - since;
    this.plain(taken < LOOK_INTERVAL ? line : `${line}: under way for ${duration(taken / 1000)}`);
  }
}
