import { join } from 'node:path';
import { type AdapterProfile, defaultChoices, type TuningStore, type TuningTable, tuningKey } from '@noisesmith/tensor';
import { UsageError } from '../errors';
import { readTextIfThere } from '../files';
import type { Arguments, Flags } from '../flags';

/** Where the choice of kernels comes from: the table that `tune` left, the one that comes with the engine, or rules. */
export const tuningSources = ['stored', 'default', 'off'] as const;
export type TuningSource = (typeof tuningSources)[number];

/** The kernels of a run: the same choices give the same results to the bit on adapters of one kind. */
export interface RunTuning {
  readonly source: TuningSource;
  readonly table: TuningTable;
}

/** Of a run folder: the choices that the run began with. */
export const TUNING_FILE = 'tuning.json';

export const tuningFlag: Flags = {
  tuning: {
    value: tuningSources.join('|'),
    help: 'kernels as tune chose them (used if it was run), as they come with noisesmith, or by rule',
  },
};

/**
 * The value of `--tuning`.
 * @throws UsageError for a source that does not exist
 */
export function askedTuning(args: Arguments): TuningSource | undefined {
  const text = args.text('tuning');
  const found = tuningSources.find((source) => source === text);
  if (text === undefined || found) return found;
  throw new UsageError(`--tuning ${text} is not possible; expected one of ${tuningSources.join(', ')}`);
}

/** The choices that come with the engine. */
export const defaultTuning = (profile: AdapterProfile): RunTuning => ({
  source: 'default',
  table: { key: tuningKey(profile), choices: Object.fromEntries(defaultChoices(profile)) },
});

/** What is used where a table is stored: what it does not know is as it comes with the engine. */
export const overDefaults = (profile: AdapterProfile, stored: TuningTable): TuningTable => ({
  ...stored,
  choices: { ...defaultTuning(profile).table.choices, ...stored.choices },
});

/**
 * The choices for an adapter. Where nothing is asked for, the stored table is used if there is one.
 * @throws UsageError when the stored table is asked for and there is none
 */
export async function chooseTuning(
  profile: AdapterProfile,
  asked: TuningSource | undefined,
  store: TuningStore,
): Promise<RunTuning> {
  const key = tuningKey(profile);
  if (asked === 'off') return { source: asked, table: { key, choices: {} } };
  const defaults = defaultTuning(profile);
  if (asked === 'default') return defaults;
  const stored = await store.read(key);
  if (stored) return { source: 'stored', table: overDefaults(profile, stored) };
  if (asked === undefined) return defaults;
  throw new UsageError('--tuning stored: no table is stored for this adapter; run noisesmith tune, or leave it out');
}

/** For the head of a run. */
export function describeTuning({ source, table }: RunTuning): string {
  if (source === 'stored') return 'kernels as tuned on this adapter';
  if (source === 'off' || Object.keys(table.choices).length === 0) return 'kernels chosen by rule';
  return 'kernels as they come with noisesmith for this adapter';
}

export const formatTuning = ({ source, table }: RunTuning): string =>
  `${JSON.stringify({ source, ...table }, null, 2)}\n`;

/**
 * The choices that the run of a folder began with; undefined when there is no such file.
 * @throws UsageError for a file that is damaged
 */
export async function readTuning(folder: string): Promise<RunTuning | undefined> {
  const path = join(folder, TUNING_FILE);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const found = parseTuning(text);
  if (found) return found;
  throw new UsageError(
    `${path}: damaged: expected source, key and choices; without it the run goes on with the defaults`,
  );
}

function parseTuning(text: string): RunTuning | undefined {
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

export interface TuningRequest {
  /** The run folder, and whether it already holds a run. */
  readonly folder: string;
  readonly started: boolean;
  readonly asked: TuningSource | undefined;
  readonly profile: AdapterProfile;
  readonly store: TuningStore;
  readonly warn: (message: string) => void;
}

/**
 * The choices of a run: a new one's from `--tuning`, those that it began with for one that is gone on with.
 * @throws UsageError when others are asked for than those that the run began with
 */
export async function tuningOfRun({ asked, folder, profile, started, store, warn }: TuningRequest): Promise<RunTuning> {
  if (!started) return chooseTuning(profile, asked, store);
  const kept = (await readTuning(folder)) ?? defaultTuning(profile);
  if (asked !== undefined && asked !== kept.source) {
    throw new UsageError(
      `the run in ${folder} began with --tuning ${kept.source}, but ${asked} is asked for; use another --out, or leave it out to go on`,
    );
  }
  if (kept.table.key !== tuningKey(profile)) {
    warn(
      `the run began on ${kept.table.key}, and goes on on ${tuningKey(profile)}: results differ in their last digits`,
    );
  }
  return kept;
}
