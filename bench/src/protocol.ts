/**
 * What the benchmark and a contestant say to each other. A contestant is a script run in its own process as
 *
 *     peer.ts --config JSON --steps N [--fixture FILE] [--dawn FLAG]...
 *
 * where JSON is a BenchConfig and each FLAG goes to Dawn's `create()`. Its last line on stdout that starts with `{` is
 * a {@link ContestantResult} as JSON; everything else it prints is for people.
 *
 * The step that is timed, the same for everyone: upload one batch made beforehand (images, noise, gamma, one-hot
 * labels, self-conditioning mask); x0 scaling, noising, per-example std normalisation; first pass without gradient;
 * masked latents; second pass; epsilon loss; all gradients; LAMB with its exclusions; EMA; then read the loss back.
 * The first step is timed apart: it contains the shader compilation.
 */
import { parseArgs } from 'node:util';
import type { BenchConfig } from './configs';
import type { Times } from './statistics';

/** Errors against the golden fixture. All are relative; the tolerances are in {@link tolerances}. */
export interface Verification {
  lossRelError: number;
  /** The largest relative L2 error over all parameters' gradients. */
  gradWorst: number;
  /** The largest relative L2 error of (value - start) after one LAMB step. */
  lambWorst?: number;
  /** The same for the EMA after that step. */
  emaWorst?: number;
}

export interface ContestantResult {
  name: string;
  /** Vendor, architecture and description of the WebGPU adapter, as one string. */
  adapter: string;
  configName: string;
  batch: number;
  msPerStep: Times;
  firstStepMs: number;
  /** null when no fixture was given. */
  verified: Verification | null;
}

/** Largest errors at which a contestant counts as computing the same thing. */
export const tolerances: Required<Verification> = {
  lossRelError: 1e-4,
  gradWorst: 1e-3,
  lambWorst: 1e-3,
  emaWorst: 1e-3,
};

/** Names of the checks that `verification` fails; NaN fails. */
export function failedChecks(verification: Verification): string[] {
  const checks = Object.keys(tolerances) as (keyof Verification)[];
  return checks.filter((check) => {
    const error = verification[check];
    return error !== undefined && !(error <= tolerances[check]);
  });
}

export interface ContestantArguments {
  config: BenchConfig;
  steps: number;
  fixture: string | undefined;
  dawn: string[];
}

/** The command line of a contestant, as its arguments after the script. */
export function formatArguments({ config, steps, fixture, dawn }: ContestantArguments): string[] {
  return [
    `--config=${JSON.stringify(config)}`,
    `--steps=${steps}`,
    ...(fixture === undefined ? [] : [`--fixture=${fixture}`]),
    ...dawn.map((flag) => `--dawn=${flag}`),
  ];
}

/** Reads what {@link formatArguments} writes. @throws Error naming the flag */
export function parseArguments(args: readonly string[]): ContestantArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      steps: { type: 'string', default: '20' },
      fixture: { type: 'string' },
      dawn: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.config === undefined) throw new Error('--config: missing, expected a config as JSON');
  const config = JSON.parse(values.config) as BenchConfig;
  return { config, steps: parseSteps(values.steps), fixture: values.fixture, dawn: values.dawn };
}

/** A positive whole number of steps. @throws Error naming the flag */
export function parseSteps(text: string): number {
  const steps = Number(text);
  if (!Number.isInteger(steps) || steps < 1) {
    throw new Error(`--steps: ${JSON.stringify(text)}, expected a whole number of at least 1`);
  }
  return steps;
}

/** JSON has no NaN and writes it as null; a null error is read back as NaN, so that it fails its check. */
function errorOf(value: unknown): number | undefined {
  if (value === null) return Number.NaN;
  return typeof value === 'number' ? value : undefined;
}

function parseVerification(value: unknown): Verification | null {
  if (value === null) return null;
  if (typeof value !== 'object') throw new Error('result: "verified" is neither an object nor null');
  const record = value as Record<string, unknown>;
  const lossRelError = errorOf(record.lossRelError);
  const gradWorst = errorOf(record.gradWorst);
  if (lossRelError === undefined || gradWorst === undefined) {
    throw new Error('result: "verified" lacks "lossRelError" or "gradWorst"');
  }
  const lambWorst = errorOf(record.lambWorst);
  const emaWorst = errorOf(record.emaWorst);
  return {
    lossRelError,
    gradWorst,
    ...(lambWorst === undefined ? {} : { lambWorst }),
    ...(emaWorst === undefined ? {} : { emaWorst }),
  };
}

/**
 * The result in a contestant's output.
 * @throws Error when no line starts with `{`, the line is not JSON, or a field is missing or of another type
 */
export function parseResult(stdout: string): ContestantResult {
  const line = stdout
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error('no result line (a JSON object) on stdout');
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new Error(`result line is not JSON: ${line.slice(0, 200)}`);
  }

  function field<T>(from: Record<string, unknown>, name: string, is: (value: unknown) => value is T): T {
    const value = from[name];
    if (!is(value)) throw new Error(`result: "${name}" is missing or of the wrong type`);
    return value;
  }
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isNumber = (value: unknown): value is number => typeof value === 'number';
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);

  const times = field(record, 'msPerStep', isRecord);
  if (record.verified === undefined) throw new Error('result: "verified" is missing or of the wrong type');
  return {
    name: field(record, 'name', isText),
    adapter: field(record, 'adapter', isText),
    configName: field(record, 'configName', isText),
    batch: field(record, 'batch', isNumber),
    msPerStep: {
      min: field(times, 'min', isNumber),
      median: field(times, 'median', isNumber),
      all: field(times, 'all', isNumbers),
    },
    firstStepMs: field(record, 'firstStepMs', isNumber),
    verified: parseVerification(record.verified),
  };
}
