import { join } from 'node:path';
import {
  applySettings,
  checkRunConfig,
  defaultPreset,
  differences,
  presetConfig,
  type RunConfig,
  type Setting,
} from '@noisesmith/runs';
import { UsageError } from '../errors';
import { readTextIfThere } from '../files';
import type { Arguments } from '../flags';
import { givenSettings } from './settings';

/** Where a run is, and what it is. */
export interface ResolvedRun {
  readonly folder: string;
  readonly config: RunConfig;
  /** Whether the folder already holds this run. */
  readonly started: boolean;
}

/** Settings that change nothing about the weights, so that a run may go on with other values. */
const changeable = /^output\./;

/**
 * The configuration of a run from the flags, and from the run folder when there is one: what the flags leave out is as
 * the folder has it.
 * @throws UsageError naming the first setting that the flags give another value than the folder, or one that is wrong
 */
export async function resolveRun(args: Arguments): Promise<ResolvedRun> {
  const settings = await givenSettings(args);
  const preset = presetName(settings);
  const folder = args.text('out') ?? join('runs', preset ?? defaultPreset);
  const found = await storedConfig(folder);
  if (!found) return { folder, config: configOf(settings), started: false };
  // Settings that a run of an earlier version did not have are at their defaults.
  const stored = checkRunConfig(found);
  const config = checkRunConfig(applySettings(stored, settings));
  const different = differences(stored, config).find(({ path }) => !changeable.test(path));
  if (different) {
    const { a, b, path } = different;
    throw new UsageError(
      `${path} is ${JSON.stringify(a)} in ${join(folder, 'config.json')}, but ${JSON.stringify(b)} is asked for; use another --out, or leave it out to go on`,
    );
  }
  return { folder, config, started: true };
}

/**
 * The configuration that the flags give, whatever run folders there are.
 * @throws UsageError naming the setting that is wrong
 */
export const resolveConfig = async (args: Arguments): Promise<RunConfig> => configOf(await givenSettings(args));

const configOf = (settings: readonly Setting[]): RunConfig =>
  checkRunConfig(applySettings(presetConfig(presetName(settings) ?? defaultPreset), settings));

function presetName(settings: readonly Setting[]): string | undefined {
  const value = settings.findLast(({ path }) => path === 'preset')?.value;
  return value === undefined ? undefined : String(value);
}

/** The configuration in a run folder; undefined when there is none. */
export async function storedConfig(folder: string): Promise<RunConfig | undefined> {
  const path = join(folder, 'config.json');
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as RunConfig;
  } catch (error) {
    throw new UsageError(`${path}: no JSON: ${(error as Error).message}`);
  }
}
