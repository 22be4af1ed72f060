/**
 * What the benchmark and a contestant's process say to each other, and what is timed.
 *
 *     contestant.ts --contestant NAME --job FILE [--python PROGRAM] [--dawn FLAG]...
 *
 * FILE is a job with its inputs and float64 results (job-file.ts), the same file for every contestant. The process's
 * last line on stdout that starts with `{` is a {@link Measurement} as JSON; everything else it prints is for people.
 *
 * Contestants are resident side by side and compute one at a time: a process prepares and warms up when those before it
 * have, then takes values in turns of {@link turnMs}, for which it asks by a message. So all of them see the same of a
 * machine whose speed changes. With --apart a process has its turn until it ends.
 *
 * All timing is done by the same code, in measure/. The first value is timed apart: it runs from the contestant's first
 * sight of the inputs (tracing, compilation, upload) to its first result. Drivers keep compiled shaders between
 * processes, so that a second benchmark on a machine starts faster.
 *
 * A train job times steps. A step: upload one batch made beforehand (images, noise, gamma, one-hot labels,
 * self-conditioning mask); x0 scaling, noising, per-example std normalisation; first pass without gradient; masked
 * latents; second pass; epsilon loss; all gradients; LAMB with its exclusions; EMA; then read the loss back. It is
 * checked against a fixture: loss, all gradients, one LAMB step, one EMA step.
 *
 * While a WebGPU contestant waits, its thread rests between Dawn's polls (peers/dawn.ts): noisesmith's does by itself, the
 * others are given it. The environment variable BENCH_BUSY_PEERS=1 takes it from them.
 *
 * The memory of a train job is that of the process that computes, as the system counts it (resident set, on Linux). It
 * is what is added to a baseline, taken when the libraries are loaded, the device or backend is open, the batches are
 * read and garbage is collected: the highest value in the warm steps, and the highest from the baseline on, preparation
 * and first step included. An adapter that is a CPU keeps its buffers, its kernels and their compiler in the process, so
 * that they count; the memory of a GPU does not. The contestant pytorch reads the batches after its baseline.
 *
 * A features job times batches of images, each from the upload of its pixels to the host's having the features: what a
 * user of metrics waits for. A stream job goes on with such batches until so many images have passed, and reads the
 * memory of the process as above: what the first few take above the baseline, and what all of them do. Both of them check
 * the features of the first image.
 *
 * All other jobs time runs on inputs that are on the device already, in whatever layout the library likes best. A round
 * dispatches the run so many times back to back that it should last {@link roundMs}, from 1 to {@link maxRunsPerRound}
 * times by the time of a warm run, and then waits once until all results are ready; nothing is read back. A round's
 * value is its time divided by the number of runs. The results of the last run are compared with float64 ones.
 */
import { parseArgs } from 'node:util';
import type { Times } from './statistics';

/** What a round of back-to-back runs should last, so that its single wait hardly counts. */
export const roundMs = 100;

/** What a turn lasts at least: less counts more of what the others leave in the caches. */
export const turnMs = 500;

/** Bounds how far a library can run ahead of its device. */
export const maxRunsPerRound = 1000;

/** Bytes of buffers that a library planned before it ran. */
export interface PlannedMemory {
  /** Parameters, moments and moving average. */
  state: number;
  /** Buffers that tensors share one after another. */
  temporary: number;
  /** The most that lives in them at one time: no plan needs less. */
  liveBound: number;
  /** Inputs, constants and the flat gradient. */
  other: number;
}

/** Memory of a train job in bytes, as the head of this file defines it. */
export interface TrainMemory {
  /** Resident before parameters and state are made. */
  baseline: number;
  /** Peak above the baseline, with all preparation and the first step. */
  growth: number;
  /** Peak of the warm steps above the baseline; null where the system keeps one peak for the life of a process. */
  warmGrowth: number | null;
  /** null when the library does not plan. */
  planned: PlannedMemory | null;
}

/** Memory of a stream job in bytes above the baseline: the peak after the first batch, within the first images and the rest. */
export interface StreamMemory {
  few: number;
  growthOfFew: number;
  many: number;
  growthOfMany: number;
}

/** What a contestant found out about one job. */
export interface Measurement {
  contestant: string;
  job: string;
  /** Vendor, architecture and description of the WebGPU adapter as one string; null for one that computes without. */
  adapter: string | null;
  /** What computed, such as `WebAssembly, 1 thread`. */
  runtime: string;
  /** Of each warm step of a train job, of each batch of images, of each round of another (per run). */
  ms: Times;
  /** The first step or run with all preparation. */
  firstMs: number;
  /** Runs of a round; 1 where steps or batches are timed. */
  runsPerRound: number;
  /** Relative errors by check, null when there was nothing to check against; the limits are those of {@link toleranceOf}. */
  errors: Readonly<Record<string, number>> | null;
  /** Loss of every timed step of a train job, the first one's before the rest; empty for other jobs. */
  losses: readonly number[];
  /** Of a train job, where the process that computes can be looked into; else null. */
  memory: TrainMemory | null;
  /** Of a stream job; else null. */
  stream: StreamMemory | null;
}

/** Largest errors of a train step at which a contestant counts as computing the same thing. */
const trainTolerances: Readonly<Record<string, number>> = { loss: 1e-4, gradients: 1e-3, lamb: 1e-3, ema: 1e-3 };

/**
 * Largest error of a Fréchet distance; and how much more many images may take than a few, by the garbage that happens to
 * be there.
 */
const metricTolerances: Readonly<Record<string, number>> = { distance: 1e-6, memory: 0.05 };

/** Largest relative L2 error of any other result. */
const resultTolerance = 1e-4;

/** The largest error at which a check passes. */
const toleranceOf = (check: string): number => trainTolerances[check] ?? metricTolerances[check] ?? resultTolerance;

/** Names of the checks that failed; NaN fails. */
export function failedChecks(errors: Readonly<Record<string, number>>): string[] {
  return Object.entries(errors).flatMap(([check, error]) => (error <= toleranceOf(check) ? [] : [check]));
}

export interface ContestantArguments {
  contestant: string;
  /** Path of the job file. */
  job: string;
  python: string;
  dawn: string[];
}

/** The command line of a contestant's process, as its arguments after the script. */
export function formatArguments({ contestant, job, python, dawn }: ContestantArguments): string[] {
  return [`--contestant=${contestant}`, `--job=${job}`, `--python=${python}`, ...dawn.map((flag) => `--dawn=${flag}`)];
}

/** Reads what {@link formatArguments} writes. @throws Error naming the flag */
export function parseArguments(args: readonly string[]): ContestantArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contestant: { type: 'string' },
      job: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      dawn: { type: 'string', multiple: true, default: [] },
    },
  });
  const { contestant, job, python, dawn } = values;
  if (contestant === undefined) throw new Error('--contestant: missing, expected a name');
  if (job === undefined) throw new Error('--job: missing, expected a job file');
  return { contestant, job, python, dawn };
}

type Fields = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isNumberOrNull = (value: unknown): value is number | null => value === null || isNumber(value);
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function field<T>(from: Fields, name: string, is: (value: unknown) => value is T): T {
  const value = from[name];
  if (!is(value)) throw new Error(`result: "${name}" is missing or of the wrong type`);
  return value;
}

/** JSON has no NaN and writes it as null; a null error is read back as NaN, so that it fails its check. */
function parseErrors(record: Fields): Record<string, number> | null {
  if (record.errors === null) return null;
  const errors = field(record, 'errors', isFields);
  return Object.fromEntries(
    Object.keys(errors).map((check) => [check, errors[check] === null ? Number.NaN : field(errors, check, isNumber)]),
  );
}

function parseMemory(record: Fields): TrainMemory | null {
  if (record.memory === null) return null;
  const memory = field(record, 'memory', isFields);
  return {
    baseline: field(memory, 'baseline', isNumber),
    growth: field(memory, 'growth', isNumber),
    warmGrowth: field(memory, 'warmGrowth', isNumberOrNull),
    planned: parsePlanned(memory),
  };
}

function parseStream(record: Fields): StreamMemory | null {
  if (record.stream === null) return null;
  const stream = field(record, 'stream', isFields);
  return {
    few: field(stream, 'few', isNumber),
    growthOfFew: field(stream, 'growthOfFew', isNumber),
    many: field(stream, 'many', isNumber),
    growthOfMany: field(stream, 'growthOfMany', isNumber),
  };
}

function parsePlanned(memory: Fields): PlannedMemory | null {
  if (memory.planned === null) return null;
  const planned = field(memory, 'planned', isFields);
  return {
    state: field(planned, 'state', isNumber),
    temporary: field(planned, 'temporary', isNumber),
    liveBound: field(planned, 'liveBound', isNumber),
    other: field(planned, 'other', isNumber),
  };
}

/**
 * The measurement in the output of a contestant's process.
 * @throws Error when no line starts with `{`, the line is not JSON, or a field is missing or of another type
 */
export function parseMeasurement(stdout: string): Measurement {
  const line = stdout
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error('no result line (a JSON object) on stdout');
  let record: Fields;
  try {
    record = JSON.parse(line) as Fields;
  } catch {
    throw new Error(`result line is not JSON: ${line.slice(0, 200)}`);
  }
  const times = field(record, 'ms', isFields);
  return {
    contestant: field(record, 'contestant', isText),
    job: field(record, 'job', isText),
    adapter: field(record, 'adapter', isTextOrNull),
    runtime: field(record, 'runtime', isText),
    ms: {
      min: field(times, 'min', isNumber),
      median: field(times, 'median', isNumber),
      all: field(times, 'all', isNumbers),
    },
    firstMs: field(record, 'firstMs', isNumber),
    runsPerRound: field(record, 'runsPerRound', isNumber),
    errors: parseErrors(record),
    losses: field(record, 'losses', isNumbers),
    memory: parseMemory(record),
    stream: parseStream(record),
  };
}
