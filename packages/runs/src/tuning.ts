import { type Target, type TuningStore, type TuningTable, tuningKey } from '@noisesmith/tensor';
import { SettingError } from '@noisesmith/training';
import { type RunFiles, readText } from './run-files';

/** Where the choice of kernels comes from: the table that `tune` left, the one that comes with the engine, or rules. */
export const tuningSources = ['stored', 'default', 'off'] as const;
export type TuningSource = (typeof tuningSources)[number];

/** The kernels of a run: the same choices give the same results to the bit on adapters of one kind. */
export interface RunTuning {
  readonly source: TuningSource;
  readonly table: TuningTable;
}

/** The choices that come with the engine. */
export const defaultTuning = (target: Target): RunTuning => ({
  source: 'default',
  table: { key: tuningKey(target), choices: Object.fromEntries(target.defaults) },
});

/** What is used where a table is stored: what it does not know is as it comes with the engine. */
export const overDefaults = (target: Target, stored: TuningTable): TuningTable => ({
  ...stored,
  choices: { ...defaultTuning(target).table.choices, ...stored.choices },
});

/**
 * The choices for an adapter. Where nothing is asked for, the stored table is used if there is one.
 * @throws SettingError when the stored table is asked for and there is none
 */
export async function chooseTuning(
  target: Target,
  asked: TuningSource | undefined,
  store: TuningStore,
): Promise<RunTuning> {
  const key = tuningKey(target);
  if (asked === 'off') return { source: asked, table: { key, choices: {} } };
  const defaults = defaultTuning(target);
  if (asked === 'default') return defaults;
  const stored = await store.read(key);
  if (stored) return { source: 'stored', table: overDefaults(target, stored) };
  if (asked === undefined) return defaults;
  throw new SettingError(
    'tuning',
    '--tuning stored: no table is stored for this adapter; run noisesmith tune, or leave it out',
  );
}

/** For the head of a run. */
export function describeTuning({ source, table }: RunTuning): string {
  if (source === 'stored') return 'kernels as tuned on this adapter';
  if (source === 'off' || Object.keys(table.choices).length === 0) return 'kernels chosen by rule';
  return 'kernels as they come with noisesmith for this adapter';
}

/** The text of `tuning.json`. */
export const formatTuning = ({ source, table }: RunTuning): string =>
  `${JSON.stringify({ source, ...table }, null, 2)}\n`;

/** Reads the text of `tuning.json`; undefined where it is damaged. */
export function parseTuning(text: string): RunTuning | undefined {
  try {
    const { source, key, choices } = JSON.parse(text) as Record<string, unknown>;
    const found = tuningSources.find((known) => known === source);
    const sound =
      typeof key === 'string' &&
      typeof choices === 'object' &&
      choices !== null &&
      Object.values(choices).every((name) => typeof name === 'string');
    if (found && sound) return { source: found, table: { key, choices: choices as Record<string, string> } };
  } catch {
    // No JSON, or no object.
  }
  return undefined;
}

/**
 * The choices that the run of some files began with; those that come with the engine where there are none.
 * @throws SettingError for a file that is damaged
 */
export async function keptTuning(files: RunFiles | undefined, target: Target): Promise<RunTuning> {
  const text = files && (await readText(files, 'tuning.json'));
  if (text === undefined) return defaultTuning(target);
  const found = parseTuning(text);
  if (found) return found;
  throw new SettingError(
    'tuning',
    `${files!.name}/tuning.json: damaged: expected source, key and choices; without it the run goes on with the defaults`,
  );
}
