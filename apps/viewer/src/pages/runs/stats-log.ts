import type { LevelLosses } from '../../ui/noise-levels';

/** Numbers of a line that curves are drawn of. */
export const measures = [
  'images',
  'loss',
  'gradientNorm',
  'learningRate',
  'imagesPerSecond',
  'frechet',
] as const satisfies readonly string[];
export type Measure = (typeof measures)[number];

/** What a line of `stats.jsonl` says; what it does not, or not as a number, is absent. */
export interface StatLine extends Partial<Readonly<Record<Measure, number>>> {
  /** Steps done. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly levels?: LevelLosses;
  /** Mean losses of t in [0, 1/4), [1/4, 1/2), …; all that runs of earlier versions have. */
  readonly quarters?: readonly (number | null)[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isNumbers = (value: unknown): value is (number | null)[] =>
  Array.isArray(value) && value.every((one) => one === null || isFiniteNumber(one));

/** More levels than this are no record of a run. */
const MOST_LEVELS = 1000;

function readLevels(value: unknown): LevelLosses | undefined {
  if (!isObject(value)) return undefined;
  const { counts, from, losses } = value;
  const isSound =
    Number.isSafeInteger(from) &&
    Math.abs(from as number) < MOST_LEVELS &&
    isNumbers(counts) &&
    isNumbers(losses) &&
    counts.length === losses.length &&
    counts.length > 0 &&
    counts.length < MOST_LEVELS;
  return isSound ? { from: from as number, counts: counts.map((count) => count ?? 0), losses } : undefined;
}

/** @returns undefined for a line that tells no step */
export function readStatLine(line: string): StatLine | undefined {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(found) || !Number.isSafeInteger(found.step) || (found.step as number) < 0) return undefined;
  const { lossByLogSnr, lossQuarters, step, time, ...rest } = found;
  const known = measures.flatMap((name) => (isFiniteNumber(rest[name]) ? [[name, rest[name]] as const] : []));
  const moment = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const levels = readLevels(lossByLogSnr);
  return {
    step: step as number,
    ...Object.fromEntries(known),
    ...(Number.isFinite(moment) && { time: moment }),
    ...(levels && { levels }),
    ...(isNumbers(lossQuarters) && lossQuarters.length === 4 && { quarters: lossQuarters }),
  };
}

/** The lines of a `stats.jsonl` as they come, in any pieces. */
export class StatsLog {
  /** By rising step. */
  readonly lines: StatLine[] = [];
  /** Lines that say nothing, and the number of the first of them, counted from 1. */
  damaged = { count: 0, first: 0 };
  private rest = '';
  private count = 0;

  /** Takes in the lines that are whole; the last one may still be written. */
  append(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.take(line);
  }

  /** Takes in the last line, if it is whole though nothing follows it. */
  end(): void {
    const line = readStatLine(this.rest);
    if (line) this.enter(line);
    this.rest = '';
  }

  private take(text: string): void {
    this.count += 1;
    if (text.trim() === '') return;
    const line = readStatLine(text);
    if (line) this.enter(line);
    else this.damaged = { count: this.damaged.count + 1, first: this.damaged.first || this.count };
  }

  /** What a run did again, from an earlier checkpoint, replaces what was; what was measured later joins its step. */
  private enter(line: StatLine): void {
    while (this.lines.length > 0 && this.lines.at(-1)!.step > line.step) this.lines.pop();
    const same = this.lines.at(-1)?.step === line.step ? this.lines.pop() : undefined;
    this.lines.push({ ...same, ...line });
  }
}
