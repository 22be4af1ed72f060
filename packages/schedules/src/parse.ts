import { cosine } from './cosine';
import { ScheduleSpecError } from './errors';
import { log } from './log';
import { offsetCosine } from './offset-cosine';
import type { Schedule } from './schedule';
import { shift } from './shift';
import { sigmoid } from './sigmoid';
import { interpolatedCosine, shiftedCosine } from './simple-diffusion';
import { simpleLinear } from './simple-linear';

interface Family {
  /** Names of the values after `@`, in order. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** `values[i]` is undefined where an optional value is absent. */
  build(values: readonly (number | undefined)[]): Schedule;
}

/** The one value that is not a number; it is read as 1 or 0. */
const REVERSE = 'reverse';

const FAMILIES: Readonly<Record<string, Family>> = {
  simple_linear: {
    required: [],
    optional: ['clipMin'],
    build: ([clipMin]) => simpleLinear({ clipMin }),
  },
  cosine: {
    required: ['start', 'end', 'tau'],
    optional: ['clipMin'],
    build: ([start, end, tau, clipMin]) => cosine({ start: start!, end: end!, tau: tau!, clipMin }),
  },
  sigmoid: {
    required: ['start', 'end', 'tau'],
    optional: ['clipMin'],
    build: ([start, end, tau, clipMin]) => sigmoid({ start: start!, end: end!, tau: tau!, clipMin }),
  },
  log: {
    required: ['start', 'end', REVERSE],
    optional: ['clipMin'],
    build: ([start, end, reverse, clipMin]) => log({ start: start!, end: end!, reverse: reverse === 1, clipMin }),
  },
  shifted_cosine: {
    required: ['noiseSize', 'imageSize'],
    optional: ['logSnrMin', 'logSnrMax'],
    build: ([noiseSize, imageSize, logSnrMin, logSnrMax]) =>
      shiftedCosine({ noiseSize: noiseSize!, imageSize: imageSize!, logSnrMin, logSnrMax }),
  },
  interpolated_cosine: {
    required: ['noiseSizeLow', 'noiseSizeHigh', 'imageSize'],
    optional: ['logSnrMin', 'logSnrMax'],
    build: ([noiseSizeLow, noiseSizeHigh, imageSize, logSnrMin, logSnrMax]) =>
      interpolatedCosine({
        noiseSizeLow: noiseSizeLow!,
        noiseSizeHigh: noiseSizeHigh!,
        imageSize: imageSize!,
        logSnrMin,
        logSnrMax,
      }),
  },
};

function usage(name: string, { required, optional }: Family): string {
  const values = [...required, ...optional.map((value) => `[${value}]`)];
  return required.length === 0 ? `${name}[@${optional.join(',')}]` : `${name}@${values.join(',')}`;
}

/** The shape of every family's spec, for help texts: `cosine`, `cosine@start,end,tau,[clipMin]`, ... */
export const scheduleSpecUsage: readonly string[] = [
  'cosine',
  ...Object.entries(FAMILIES).map(([name, family]) => usage(name, family)),
];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseNumber(spec: string, name: string, text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) {
    throw new ScheduleSpecError(spec, `${name} is ${JSON.stringify(text)}`, `${name} to be a finite number`);
  }
  return value;
}

function parseFlag(spec: string, name: string, text: string): number {
  const word = text.toLowerCase();
  if (word === 'true' || word === 't' || word === '1') return 1;
  if (word === 'false' || word === 'f' || word === '0') return 0;
  throw new ScheduleSpecError(spec, `${name} is ${JSON.stringify(text)}`, `${name} to be true or false`);
}

function parseBase(spec: string, text: string): Schedule {
  const at = text.indexOf('@');
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (family === undefined) {
    const known = Object.keys(FAMILIES).join(', ');
    throw new ScheduleSpecError(spec, `unknown family ${JSON.stringify(name)}`, `one of ${known}`);
  }
  // Without values `cosine` is a schedule of its own, the one used for sampling.
  if (text === 'cosine') return offsetCosine();
  const texts = at < 0 ? [] : text.slice(at + 1).split(',');
  const names = [...family.required, ...family.optional];
  if (texts.length < family.required.length || texts.length > names.length) {
    const problem = `${texts.length} ${texts.length === 1 ? 'value' : 'values'} after "@"`;
    throw new ScheduleSpecError(spec, problem, usage(name, family));
  }
  return family.build(
    names.map((value, i) => {
      const given = texts[i]?.trim();
      if (given === undefined) return undefined;
      return value === REVERSE ? parseFlag(spec, value, given) : parseNumber(spec, value, given);
    }),
  );
}

/**
 * Reads a schedule spec: `simple_linear`, `cosine` (the offset form for sampling), `cosine@start,end,tau`,
 * `sigmoid@start,end,tau`, `log@start,end,reverse`, `shifted_cosine@noiseSize,imageSize`,
 * `interpolated_cosine@noiseSizeLow,noiseSizeHigh,imageSize`, each with the optional values of
 * {@link scheduleSpecUsage}, and optionally `~b` at the end for {@link shift}. Spaces around names and numbers are left out.
 *
 * The `spec` of the result is canonical: numbers as JavaScript prints them, defaults left out.
 *
 * @throws ScheduleSpecError, one line that names the spec, the part that is wrong and what was expected
 */
export function parseSchedule(spec: string): Schedule {
  const text = spec.trim();
  const tilde = text.indexOf('~');
  try {
    if (tilde < 0) return parseBase(spec, text);
    const inputScale = parseNumber(spec, 'input scale', text.slice(tilde + 1).trim());
    return shift(parseBase(spec, text.slice(0, tilde).trim()), inputScale);
  } catch (error) {
    // The families know only their canonical spelling; the message must show what the user wrote.
    if (error instanceof ScheduleSpecError && error.spec !== spec) {
      throw new ScheduleSpecError(spec, error.problem, error.expected);
    }
    throw error;
  }
}
