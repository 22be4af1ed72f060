import { type LevelEntry, type LevelMap, levelMap, meanLevels } from '../../ui/noise-levels';
import { type Measure, measures, type StatLine, type StatsLog } from './stats-log';

/** Samples that were drawn after some steps. */
export interface RunGrid {
  /** Undefined: those at the end. */
  readonly step: number | undefined;
  /** An address, or a file of the visitor's. */
  readonly image: string | Blob;
}

/** Curves over the steps: one value for each line of statistics, or for some neighbouring ones together; NaN for none. */
export type RunCurves = Readonly<Record<Measure | 'step' | 'hours', Float64Array>>;

/** What a run has come to. */
export interface RunResults {
  /** Steps done. */
  readonly step?: number | undefined;
  readonly images?: number | undefined;
  /** Mean of the last tenth of the lines. */
  readonly loss?: number | undefined;
  /** The last Fréchet distance that was measured, and the least. */
  readonly frechet?: number | undefined;
  readonly leastFrechet?: number | undefined;
  readonly imagesPerSecond?: number | undefined;
  /** Between the first line and the last. */
  readonly hours?: number | undefined;
}

export type RunSetting = string | number | boolean | null | readonly unknown[];

/** All that the page shows of a run: plain data, which a worker can post. */
export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly state: 'training' | 'finished' | 'stopped';
  /** By their paths, e.g. `train.learningRate.base`. */
  readonly settings: Readonly<Record<string, RunSetting>>;
  readonly curves: RunCurves;
  readonly results: RunResults;
  /** Loss by noise level over the steps; by quarters of t where the run is of a version that kept no more. */
  readonly levels: (LevelMap & { readonly by: 'logSnr' | 'quarter' }) | undefined;
  /** Loss by logSNR in the last tenth of the lines. */
  readonly lastLevels: readonly (readonly [logSnr: number, loss: number])[];
  readonly grids: readonly RunGrid[];
  /** What is out of order, one line each. */
  readonly problems: readonly string[];
}

/** What is known of a run's files. */
export interface RunSource {
  readonly id: string;
  readonly name: string;
  /** Texts of small files by name, such as `config.json`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly log: StatsLog | undefined;
  /** Paths of all its files, and what stands for their content. */
  readonly files: ReadonlyMap<string, string | Blob>;
}

/** The small files of a run that are shown, and under which name their values stand among the settings. */
export const settingFiles = { 'config.json': '', 'dataset.json': 'dataset', 'tuning.json': 'kernels' } as const;

const MOST_POINTS = 3000;

/** The last tenth of some lines, one at least. */
const lastTenth = <T>(lines: readonly T[]): readonly T[] => lines.slice(-Math.max(1, Math.ceil(lines.length / 10)));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const valuesOf = (lines: readonly StatLine[], name: Measure): number[] =>
  lines.flatMap((line) => (line[name] === undefined ? [] : [line[name]]));

export function curvesOf(lines: readonly StatLine[], mostPoints = MOST_POINTS): RunCurves {
  const width = Math.max(1, Math.ceil(lines.length / mostPoints));
  const groups = Array.from({ length: Math.ceil(lines.length / width) }, (_, i) =>
    lines.slice(i * width, (i + 1) * width),
  );
  const start = lines.find(({ time }) => time !== undefined)?.time;
  const hours = groups.map((group) => ((group.at(-1)!.time ?? Number.NaN) - (start ?? Number.NaN)) / 3_600_000);
  const curve = (name: Measure): Float64Array => Float64Array.from(groups, (group) => mean(valuesOf(group, name)));
  return {
    ...(Object.fromEntries(measures.map((name) => [name, curve(name)])) as Record<Measure, Float64Array>),
    // Counts are those at the end of the group.
    images: Float64Array.from(groups, (group) => group.at(-1)!.images ?? Number.NaN),
    step: Float64Array.from(groups, (group) => group.at(-1)!.step),
    hours: Float64Array.from(hours),
  };
}

export function resultsOf(lines: readonly StatLine[]): RunResults {
  const distances = valuesOf(lines, 'frechet');
  const times = lines.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const losses = valuesOf(lastTenth(lines), 'loss');
  return {
    step: lines.at(-1)?.step,
    images: valuesOf(lines, 'images').at(-1),
    loss: losses.length > 0 ? mean(losses) : undefined,
    frechet: distances.at(-1),
    leastFrechet: distances.length > 0 ? distances.reduce((a, b) => Math.min(a, b)) : undefined,
    imagesPerSecond: valuesOf(lines, 'imagesPerSecond').at(-1),
    hours: times.length > 1 ? (times.at(-1)! - times[0]!) / 3_600_000 : undefined,
  };
}

function levelsOf(lines: readonly StatLine[]): Pick<RunView, 'levels' | 'lastLevels'> {
  const entries = lines.flatMap(({ levels, step }): LevelEntry[] => (levels ? [{ step, levels }] : []));
  const map = levelMap(entries);
  if (map) return { levels: { ...map, by: 'logSnr' }, lastLevels: meanLevels(lastTenth(entries)) };
  const quarters = lines.flatMap(({ quarters: losses, step }): LevelEntry[] =>
    losses ? [{ step, levels: { from: 0, counts: losses.map(() => 1), losses } }] : [],
  );
  const coarse = levelMap(quarters);
  return {
    levels: coarse && { ...coarse, rows: coarse.rows.map((row) => row / 4), by: 'quarter' },
    lastLevels: [],
  };
}

/** The leaves of nested objects by their paths; a list is a leaf. */
export function flatSettings(value: unknown, path = ''): Record<string, RunSetting> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: value as RunSetting };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, part]) => flatSettings(part, path === '' ? key : `${path}.${key}`)),
  );
}

/** Settings in the files that are there; `choices` of kernels are many and tell nobody anything. */
function readSettings(texts: RunSource['texts'], problems: string[]): Record<string, RunSetting> {
  const settings: Record<string, RunSetting> = {};
  for (const [name, prefix] of Object.entries(settingFiles)) {
    const text = texts.get(name);
    if (text === undefined) continue;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null) throw new Error('expected an object');
      const { choices: _, ...rest } = value as { readonly choices?: unknown };
      Object.assign(settings, flatSettings(rest, prefix));
    } catch {
      problems.push(`${name} is damaged: no JSON object; its settings are not shown`);
    }
  }
  return settings;
}

function statsProblems(log: StatsLog | undefined): string[] {
  if (!log) return ['there is no stats.jsonl, so there are no curves'];
  const { count, first } = log.damaged;
  if (count === 0) return [];
  const all = log.lines.length + count;
  if (log.lines.length === 0) return ['stats.jsonl is damaged: no line holds a step; expected a JSON object on each'];
  return [`stats.jsonl: ${count} of ${all} lines are damaged and left out, the first is line ${first}`];
}

export function viewOf({ files, id, log, name, texts }: RunSource): RunView {
  const problems = statsProblems(log);
  const settings = readSettings(texts, problems);
  const lines = log?.lines ?? [];
  const grids = [...files]
    .flatMap(([path, image]): { step: number; image: string | Blob }[] => {
      const [, step] = /^grids\/(\d+)\.png$/.exec(path) ?? [];
      return step === undefined ? [] : [{ step: Number(step), image }];
    })
    .sort((a, b) => a.step - b.step);
  const last = files.get('grid.png');
  return {
    id,
    name,
    state: files.has('lock') ? 'training' : last ? 'finished' : 'stopped',
    settings,
    curves: curvesOf(lines),
    results: resultsOf(lines),
    ...levelsOf(lines),
    grids: last === undefined ? grids : [...grids, { step: undefined, image: last }],
    problems,
  };
}
