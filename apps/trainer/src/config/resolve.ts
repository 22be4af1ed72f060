import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  applySettings,
  checkRunConfig,
  defaultPreset,
  differences,
  presetConfig,
  type RunConfig,
  type Setting,
  storedConfig,
} from '@noisesmith/runs';
import { UsageError } from '../errors';
import type { Arguments } from '../flags';
import { otherRun, RunFolder } from '../run/run-folder';
import { absoluteData, isSameData } from './data-paths';
import { flagOf, givenSettings } from './settings';

/** Where a run is, and what it is. */
export interface ResolvedRun {
  readonly folder: string;
  readonly config: RunConfig;
  /** The configuration that the folder's run has so far; undefined where the folder holds none. */
  readonly stored: RunConfig | undefined;
  /** Where its data were when it began, if they are asked for elsewhere now; they have to be the same. */
  readonly dataBefore: string | undefined;
  /** What was found out of order, one line each. */
  readonly warnings: readonly string[];
}

/** Settings that change nothing about the weights, so that a run may go on with other values. */
const changeable = /^output\./;

/**
 * The configuration of a run from the flags, and from the run folder when there is one: what the flags leave out is as
 * the folder has it. A run that starts from another one, by `--resume`, has that one's configuration where no other is
 * named.
 * @throws UsageError or SettingError naming settings that the flags give another value than the folder, or one that is wrong
 */
export async function resolveRun(args: Arguments): Promise<ResolvedRun> {
  const settings = await givenSettings(args);
  const folder = args.text('out') ?? join('runs', presetName(settings) ?? defaultPreset);
  const files = new RunFolder(folder);
  const found = await storedConfig(files);
  if (!found) {
    const config = await newConfig(args, settings);
    return { folder, config, stored: undefined, dataBefore: undefined, warnings: [] };
  }
  const warnings =
    found.from === 'config.json'
      ? []
      : [`${files.file('config.json')} is missing; the configuration is the one in ${found.from}`];
  const stored = found.config;
  const asked = keepBackend(withData(checkRunConfig(applySettings(stored, settings)), stored.data.source), stored);
  const different = differences(stored, asked).filter(
    ({ path }) => !changeable.test(path) && !(path === 'data.source' && isSame(stored.data.source, asked.data.source)),
  );
  const moved = different.find(({ path }) => path === 'data.source');
  const others = different.filter((one) => one !== moved);
  if (others.length > 0) {
    const [newest] = await files.checkpointEntries();
    throw new UsageError(contradiction(folder, stored, newest?.step ?? 0, different));
  }
  return { folder, config: asked, stored, dataBefore: moved && String(moved.a), warnings };
}

/**
 * The configuration that the flags give, whatever run folders there are.
 * @throws UsageError naming the setting that is wrong
 */
export async function resolveConfig(args: Arguments): Promise<RunConfig> {
  const settings = await givenSettings(args);
  return checkedConfig(presetConfig(presetName(settings) ?? defaultPreset), settings);
}

const checkedConfig = (base: RunConfig, settings: readonly Setting[]): RunConfig =>
  withData(checkRunConfig(applySettings(base, settings)));

async function newConfig(args: Arguments, settings: readonly Setting[]): Promise<RunConfig> {
  const preset = presetName(settings);
  const resume = args.has('resume') ? args.text('resume')! : 'auto';
  if (preset === undefined && resume !== 'auto' && resume !== 'none') {
    const other = await storedConfig(await otherRun(resume));
    if (other) return checkedConfig(other.config, settings);
  }
  return checkedConfig(presetConfig(preset ?? defaultPreset), settings);
}

/** `auto` is what the run began on, once it has begun. */
const keepBackend = (config: RunConfig, { backend }: RunConfig): RunConfig =>
  config.backend === 'auto' ? { ...config, backend } : config;

const isSame = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && isSameData(a, b));

/**
 * A run goes on from any folder, so its paths must not depend on where it began. The same data by another spelling stay
 * as they are spelled so far.
 */
function withData({ data, ...config }: RunConfig, soFar: string | null = null): RunConfig {
  const source = isSame(soFar, data.source) ? soFar : data.source;
  return { ...config, data: { ...data, source: source && absoluteData(source) } };
}

function presetName(settings: readonly Setting[]): string | undefined {
  const value = settings.findLast(({ path }) => path === 'preset')?.value;
  return value === undefined ? undefined : String(value);
}

type Difference = ReturnType<typeof differences>[number];

/** What differs, and the command that goes on with it in a folder of its own, where the network allows that. */
function contradiction(folder: string, stored: RunConfig, step: number, different: readonly Difference[]): string {
  const where = join(folder, 'config.json');
  const said = different
    .map(({ a, b, path }) =>
      path === 'backend'
        ? `the run in ${folder} began on ${a}, but ${b} is asked for`
        : `${path} is ${JSON.stringify(a)} in ${where}, but ${JSON.stringify(b)} is asked for`,
    )
    .join('; ');
  const steps = Number(different.find(({ path }) => path === 'train.steps')?.b ?? stored.train.steps);
  const fits =
    step > 0 && steps > step && !different.some(({ path }) => /^(model|preset|data\.(size|channels))/.test(path));
  const leave = `leave ${different.length === 1 ? 'it' : 'them'} out to go on as it began`;
  if (!fits) return `${said}; use another --out, or ${leave}`;
  const finished = step === stored.train.steps;
  const flags = different.flatMap(({ b, path }) => flagOf(path, b));
  const command = ['noisesmith', 'train', '--resume', folder, '--out', freeFolder(folder), ...flags]
    .map(quoted)
    .join(' ');
  const state = finished ? `the run is finished at step ${step}` : `the run is at step ${step}`;
  return `${said}; ${state}; this goes on from there in a folder of its own: ${command}${finished ? '' : `; or ${leave}`}`;
}

function freeFolder(folder: string): string {
  const base = folder.replace(/[/\\]+$/, '');
  for (let i = 2; ; i++) if (!existsSync(`${base}-${i}`)) return `${base}-${i}`;
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
