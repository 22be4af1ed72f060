import { cosine } from './cosine';
import { ScheduleSpecError } from './errors';
import { parseInputScale, readNumber } from './input-scale';
import { laplace } from './laplace';
import { linearBeta } from './linear-beta';
import { log } from './log';
import { normal } from './normal';
import { offsetCosine } from './offset-cosine';
import { rectifiedFlow } from './rectified-flow';
import type { Schedule } from './schedule';
import { shift } from './shift';
import { sigmoid } from './sigmoid';
import { interpolatedCosine, shiftedCosine } from './simple-diffusion';
import { simpleLinear } from './simple-linear';

interface Family {
  /** One line: what is special about it, and whose it is. */
  readonly description: string;
  readonly example: string;
  /** Names of the values after `@`, in order. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  build(values: SpecValues): Schedule;
}

/** The one value that is not a number; it is read as 1 or 0. */
const REVERSE = 'reverse';

/** The one name that is also a spec of its own. */
const OFFSET_COSINE = 'cosine';

const FAMILIES: Readonly<Record<string, Family>> = {
  simple_linear: {
    description: 'gamma falls linearly, 1 - t: five of the six rows of Table 1',
    example: 'simple_linear',
    required: [],
    optional: ['clipMin'],
    build: ([clipMin]) => simpleLinear({ clipMin }),
  },
  cosine: {
    description: 'a part of the quarter cosine, to the power 2 tau',
    example: 'cosine@0.2,1,1',
    required: ['start', 'end', 'tau'],
    optional: ['clipMin'],
    build: ([start, end, tau, clipMin]) => cosine({ start: start!, end: end!, tau: tau!, clipMin }),
  },
  sigmoid: {
    description: 'a part of the sigmoid, at temperature tau',
    example: 'sigmoid@-3,3,0.9',
    required: ['start', 'end', 'tau'],
    optional: ['clipMin'],
    build: ([start, end, tau, clipMin]) => sigmoid({ start: start!, end: end!, tau: tau!, clipMin }),
  },
  log: {
    description: 'falls with the logarithm of a line from start to end',
    example: 'log@1,100,false',
    required: ['start', 'end', REVERSE],
    optional: ['clipMin'],
    build: ([start, end, reverse, clipMin]) => log({ start: start!, end: end!, reverse: reverse === 1, clipMin }),
  },
  shifted_cosine: {
    description: 'simple diffusion: the cosine with its noise kept from another size of images',
    example: 'shifted_cosine@64,256',
    required: ['noiseSize', 'imageSize'],
    optional: ['logSnrMin', 'logSnrMax'],
    build: ([noiseSize, imageSize, logSnrMin, logSnrMax]) =>
      shiftedCosine({ noiseSize: noiseSize!, imageSize: imageSize!, logSnrMin, logSnrMax }),
  },
  interpolated_cosine: {
    description: 'simple diffusion: between the shifts for two sizes of noise',
    example: 'interpolated_cosine@32,256,512',
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
  normal: {
    description: 'logSNR is normal over the times: EDM, Stable Diffusion 3',
    example: 'normal@2.4,2.4',
    required: ['mean', 'std'],
    optional: ['tail'],
    build: ([mean, std, tail]) => normal({ mean: mean!, std: std!, tail }),
  },
  laplace: {
    description: 'logSNR has a Laplace density over the times',
    example: 'laplace@0,0.5',
    required: ['mean', 'scale'],
    optional: ['tail'],
    build: ([mean, scale, tail]) => laplace({ mean: mean!, scale: scale!, tail }),
  },
  rectified_flow: {
    description: 'the straight path of flow matching, divided by its standard deviation',
    example: 'rectified_flow',
    required: [],
    optional: ['clipMin'],
    build: ([clipMin]) => rectifiedFlow({ clipMin }),
  },
  linear_beta: {
    description: 'noise comes in at a rate linear in t: DDPM at 0.1,20',
    example: 'linear_beta@0.1,20',
    required: ['start', 'end'],
    optional: ['clipMin'],
    build: ([start, end, clipMin]) => linearBeta({ start: start!, end: end!, clipMin }),
  },
};

function usage(name: string, { required, optional }: Pick<Family, 'required' | 'optional'>): string {
  const values = [...required, ...optional.map((value) => `[${value}]`)];
  return required.length === 0 ? `${name}[@${optional.join(',')}]` : `${name}@${values.join(',')}`;
}

/** A family of schedules, for lists from which one is chosen. */
export interface ScheduleFamily {
  /** What stands before `@`. */
  readonly name: string;
  /** The shape of its spec: `cosine@start,end,tau,[clipMin]`. */
  readonly usage: string;
  readonly description: string;
  /** A spec that parses. */
  readonly example: string;
  /** Names of the values after `@` that have to be there, in order. */
  readonly required: readonly string[];
  /** Names of those that may follow. */
  readonly optional: readonly string[];
}

/** Every family that {@link parseSchedule} knows; the first is `cosine` without values, the offset form to sample with. */
export const scheduleFamilies: readonly ScheduleFamily[] = [
  {
    name: OFFSET_COSINE,
    usage: OFFSET_COSINE,
    description: 'cos^2 with small offsets at both ends: the one to sample with',
    example: OFFSET_COSINE,
    required: [],
    optional: [],
  },
  ...Object.entries(FAMILIES).map(([name, { build: _, ...family }]) => ({
    name,
    usage: usage(name, family),
    ...family,
  })),
];

/** The shape of every family's spec, for help texts: `cosine`, `cosine@start,end,tau,[clipMin]`, ... */
export const scheduleSpecUsage: readonly string[] = scheduleFamilies.map((family) => family.usage);

function parseNumber(spec: string, name: string, text: string): number {
  const value = readNumber(text);
  if (Number.isNaN(value)) {
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

/** The values of a spec by position; undefined where an optional one is absent. */
export type SpecValues = readonly (number | undefined)[];

/** A spec taken apart. */
export interface SpecParts {
  /** A name of the table; `cosine` without values is the offset form. */
  readonly family: string;
  readonly values: SpecValues;
  /** b of `~b`, 1 without it. */
  readonly inputScale: number;
}

function readBase(spec: string, text: string): Omit<SpecParts, 'inputScale'> {
  const at = text.indexOf('@');
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (family === undefined) {
    const known = Object.keys(FAMILIES).join(', ');
    throw new ScheduleSpecError(spec, `unknown family ${JSON.stringify(name)}`, `one of ${known}`);
  }
  if (text === OFFSET_COSINE) return { family: name, values: [] };
  const texts = at < 0 ? [] : text.slice(at + 1).split(',');
  const names = [...family.required, ...family.optional];
  if (texts.length < family.required.length || texts.length > names.length) {
    const problem = `${texts.length} ${texts.length === 1 ? 'value' : 'values'} after "@"`;
    throw new ScheduleSpecError(spec, problem, usage(name, family));
  }
  const values = names.map((value, i) => {
    const given = texts[i]?.trim();
    if (given === undefined) return undefined;
    return value === REVERSE ? parseFlag(spec, value, given) : parseNumber(spec, value, given);
  });
  return { family: name, values };
}

/** @throws ScheduleSpecError as {@link parseSchedule}, but not for values that no schedule has */
export function readSpec(spec: string): SpecParts {
  const text = spec.trim();
  const tilde = text.indexOf('~');
  if (tilde < 0) return { ...readBase(spec, text), inputScale: 1 };
  const base = readBase(spec, text.slice(0, tilde).trim());
  return { ...base, inputScale: parseInputScale(text.slice(tilde + 1)) };
}

/**
 * Reads a schedule spec, one of {@link scheduleSpecUsage}: `simple_linear`, `cosine@start,end,tau`, `cosine` (the offset
 * form for sampling), `normal@mean,std` and so on, each with its optional values, and optionally `~b` or `~shift@s` at the
 * end for {@link shift}, as {@link parseInputScale} reads it. Spaces around names and numbers are left out.
 *
 * The `spec` of the result is canonical: numbers as JavaScript prints them, defaults left out.
 *
 * @throws ScheduleSpecError, one line that names the spec, the part that is wrong and what was expected
 */
export function parseSchedule(spec: string): Schedule {
  try {
    const { family, values, inputScale } = readSpec(spec);
    // Without values `cosine` is a schedule of its own, the one used for sampling.
    const base = family === OFFSET_COSINE && values.length === 0 ? offsetCosine() : FAMILIES[family]!.build(values);
    return shift(base, inputScale);
  } catch (error) {
    // The families know only their canonical spelling; the message must show what the user wrote.
    if (error instanceof ScheduleSpecError && error.spec !== spec) {
      throw new ScheduleSpecError(spec, error.problem, error.expected);
    }
    throw error;
  }
}
