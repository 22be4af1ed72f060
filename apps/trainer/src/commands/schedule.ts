import { writeFileAtomic } from '@noisesmith/formats/node';
import {
  equalNames,
  inputScaleUsage,
  parseInputScale,
  parseSchedule,
  type Schedule,
  ScheduleSpecError,
  scheduleSpecUsage,
  shift,
} from '@noisesmith/schedules';
import { type Command, jsonFlag } from '../command';
import { exitCodes, UsageError } from '../errors';
import { type Arguments, parseNumber } from '../flags';
import { printJson, table } from '../output';
import { prepareOutput } from '../outputs';
import { scheduleSvg } from '../schedule-svg';

export interface SchedulePoint {
  readonly t: number;
  readonly gamma: number;
  readonly logSnr: number;
  readonly shiftedGamma: number;
  readonly shiftedLogSnr: number;
}

const defaultTimes = Array.from({ length: 11 }, (_, i) => i / 10);

function readTimes(args: Arguments): readonly number[] {
  const text = args.text('t');
  if (text === undefined) return defaultTimes;
  return text.split(',').map((part) => {
    const t = parseNumber('--t', part);
    if (t < 0 || t > 1) throw new UsageError(`--t has ${part}; expected times from 0 to 1`);
    return t;
  });
}

function readScale(args: Arguments): number {
  const text = args.text('scale') ?? '1';
  try {
    return parseInputScale(text);
  } catch (error) {
    if (!(error instanceof ScheduleSpecError)) throw error;
    throw new UsageError(`--scale is ${text}; expected a number above 0, or shift@s for 1/s`);
  }
}

const pointsOf = (plain: Schedule, shifted: Schedule, times: readonly number[]): SchedulePoint[] =>
  times.map((t) => ({
    t,
    gamma: plain.gamma(t),
    logSnr: plain.logSnr(t),
    shiftedGamma: shifted.gamma(t),
    shiftedLogSnr: shifted.logSnr(t),
  }));

/** JSON has no infinities: they are written as the strings "Infinity" and "-Infinity". */
const jsonNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

export const schedule: Command = {
  name: 'schedule',
  summary: 'gamma and logSNR of a noise schedule',
  positionals: ['SPEC'],
  flags: {
    scale: { value: 'B', help: `input scale of the shifted columns: ${inputScaleUsage.join(' or ')} (default b = 1)` },
    t: { value: '0,0.5,1', help: 'times (default 0,0.1,...,1)' },
    svg: { value: 'FILE', help: 'draw both curves' },
    ...jsonFlag,
  },
  details: [
    'SPEC is one of',
    ...scheduleSpecUsage.map((usage) => `  ${usage}`),
    `with ${inputScaleUsage.map((usage) => `~${usage}`).join(' or ')} behind it for an input scale b, or a shift s = 1/b.`,
  ],
  example: 'cosine@0.2,1,1 --scale 0.5 --svg schedule.svg',
  async run(args, context) {
    const plain = parseSchedule(args.positionals[0]!);
    const inputScale = readScale(args);
    const shifted = shift(plain, inputScale);
    const equals = equalNames(shifted).map(({ name }) => name);
    const points = pointsOf(plain, shifted, readTimes(args));
    const svg = args.text('svg');
    if (svg !== undefined) {
      await prepareOutput('--svg', svg, 'file');
      await writeFileAtomic(svg, scheduleSvg(plain, shifted, inputScale));
    }
    if (args.has('json')) {
      const jsonPoints = points.map((point) =>
        Object.fromEntries(Object.entries(point).map(([name, value]) => [name, jsonNumber(value)])),
      );
      printJson(context, { schedule: plain.spec, inputScale, equals, points: jsonPoints });
    } else {
      const cells = (point: SchedulePoint): string[] =>
        Object.values(point).map((value) => String(+value.toPrecision(7)));
      const head = ['t', 'gamma', 'logSNR', `gamma (b=${inputScale})`, `logSNR (b=${inputScale})`];
      const others = equals.map((name) => `${shifted.spec} equals ${name}\n`);
      context.out(`${plain.spec}\n${others.join('')}${table([head, ...points.map(cells)])}`);
    }
    return exitCodes.done;
  },
};
