import { parseSchedule, type Schedule } from '@noisesmith/schedules';
import { presets } from './presets';

/** A curve on the page. */
export interface Curve {
  readonly spec: string;
  readonly hidden: boolean;
}

const HIDDEN = '!';

/** Curves as they stand in the address: specs, hidden ones with `!`. What is no spec is left out. */
export const readCurves = (texts: readonly string[]): readonly Curve[] =>
  texts.flatMap((text) => {
    const hidden = text.startsWith(HIDDEN);
    try {
      return [{ spec: parseSchedule(hidden ? text.slice(1) : text).spec, hidden }];
    } catch {
      return [];
    }
  });

export const writeCurves = (curves: readonly Curve[]): readonly string[] =>
  curves.map(({ spec, hidden }) => (hidden ? HIDDEN + spec : spec));

/** Curves that are drawn, each with its place in the list, which its colour goes by. */
export const drawnOf = (curves: readonly Curve[]) =>
  curves.map((curve, place) => ({ ...curve, place })).filter(({ hidden }) => !hidden);

/** Neighbours differ in colour and in dash, and so do all of the first sixteen. */
export const colorOf = (place: number): number => (place % 8) + 1;
export const isDashed = (place: number): boolean => (place + Math.floor(place / 8)) % 2 === 1;

/** A spec as figures and tables name it: no number has more than seven digits. The address and what is copied have all. */
export const shortSpec = (spec: string): string =>
  spec.replace(/\d+\.\d+(e[-+]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(7))));

/** What papers call a spec, the paper's own tables first; undefined for one that is in none. */
export const titleOf = (spec: string): string | undefined => titles.get(spec);
const titles = new Map(
  presets.toReversed().map(({ spec, label }) => {
    const title = label.startsWith('Table 3') ? 'Table 3' : label.startsWith('Table 4') ? 'Table 4' : label;
    return [parseSchedule(spec).spec, title];
  }),
);

type Points = readonly (readonly [number, number])[];

/** A schedule with what charts draw of it. */
export interface Sampled {
  readonly schedule: Schedule;
  readonly gamma: Points;
  readonly logSnr: Points;
  readonly density: Points;
}

/** The logSNR that charts show. */
export const LOG_SNR_RANGE = [-10, 10] as const;

const PARTS = 160;
/** Closer at both ends, where logSNR is steep. */
const times = Array.from({ length: PARTS + 1 }, (_, i) => (1 - Math.cos((Math.PI * i) / PARTS)) / 2);
/** Far into both ends, where noise levels are rare but still on the chart. */
const rare = Array.from({ length: 25 }, (_, i) => 1e-4 * 10 ** (-i / 3));
const spread = [...rare.toReversed(), ...times.slice(2, -2), ...rare.map((rest) => 1 - rest)];

/** -dt / dlogSNR by differences in t, which are quick; tables have `noiseDensity`. Clipped times have none, and differences of a few roundings say none. */
const densityOf = (schedule: Schedule): Points =>
  spread.flatMap((t) => {
    const step = Math.min(t, 1 - t) / 1e5;
    const fall = schedule.logSnr(t - step) - schedule.logSnr(t + step);
    return fall > 1e-9 && Number.isFinite(fall) ? [[schedule.logSnr(t), (2 * step) / fall] as const] : [];
  });

const kept = new Map<string, Sampled>();
const KEPT = 64;

export function sampled(spec: string): Sampled {
  const known = kept.get(spec);
  if (known) return known;
  const schedule = parseSchedule(spec);
  const made: Sampled = {
    schedule,
    gamma: times.map((t) => [t, schedule.gamma(t)]),
    logSnr: times.map((t) => [t, schedule.logSnr(t)]),
    density: densityOf(schedule),
  };
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
  kept.set(spec, made);
  return made;
}

/** The top of an axis that holds the densities of all curves. */
export const highestDensity = (curves: readonly Curve[]): number =>
  1.05 * Math.max(0.1, ...curves.flatMap(({ spec }) => sampled(spec).density.map(([, density]) => density)));

/** A number with seven digits, as the command line's table has it. */
export function digits(value: unknown): string {
  if (typeof value !== 'number') return '';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return String(Number(value.toPrecision(7)))
    .replace(/^-/, '−')
    .replace('e-', 'e−');
}
