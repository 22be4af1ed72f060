import { median } from '@noisesmith/tensor';

/** What a turn of some status lines took. */
export interface Turn {
  /** Images/s. */
  readonly pace: number;
  /** Milliseconds of all cores that an image took the training process, server and all; NaN where the system does not say. */
  readonly cpuPerImage: number;
  /** Milliseconds a second that each thread of it computed, by the thread's id; empty where the system does not say. */
  readonly threads: ReadonlyMap<string, number>;
}

/** Medians over the rounds. */
export interface Compared {
  readonly without: number;
  readonly with: number;
  /** What pages cost, as a share, in each round, and in the median round: neighbours in time are compared. */
  readonly losses: readonly number[];
  readonly loss: number;
}

export interface PagesResult {
  readonly pace: Compared;
  /** Hardly changes where the machine does something else meanwhile. */
  readonly cpu: Compared;
  /**
   * Milliseconds of CPU a second, in the mean, of the threads that rest where no page is open: those that serve. The
   * speed of the machine hardly enters, unlike into the others. NaN where the system does not say.
   */
  readonly serving: number;
}

/** A thread that computes for less than this many milliseconds a second rests. */
const RESTING = 1;

type Round = { readonly without: number; readonly with: number };

function compared(rounds: readonly Round[], lossOf: (round: Round) => number): Compared {
  const losses = rounds.map(lossOf);
  const middle = (name: keyof Round): number => median(rounds.map((round) => round[name]));
  return { without: middle('without'), with: middle('with'), losses, loss: median(losses) };
}

/** @param turns of each round; one at least */
export function pagesResult(turns: readonly { readonly without: Turn; readonly with: Turn }[]): PagesResult {
  const of = (name: 'pace' | 'cpuPerImage'): Round[] =>
    turns.map((turn) => ({ without: turn.without[name], with: turn.with[name] }));
  return {
    pace: compared(of('pace'), (round) => 1 - round.with / round.without),
    cpu: compared(of('cpuPerImage'), (round) => round.with / round.without - 1),
    serving: servingOf(turns),
  };
}

function servingOf(turns: readonly { readonly without: Turn; readonly with: Turn }[]): number {
  const isResting = (thread: string): boolean =>
    turns.every(({ without }) => (without.threads.get(thread) ?? 0) < RESTING);
  if (turns.some((turn) => turn.with.threads.size === 0)) return Number.NaN;
  const sums = turns.map((turn) => [...turn.with.threads].reduce((sum, [id, ms]) => sum + (isResting(id) ? ms : 0), 0));
  return sums.reduce((sum, each) => sum + each, 0) / sums.length;
}
