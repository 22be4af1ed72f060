import { UsageError } from '../errors';
import { readUserFile } from '../files';
import type { Arguments, Flags } from '../flags';
import { suggestion } from '../nearest';

/** One value of a configuration that the user gave. */
export interface Setting {
  /** e.g. `train.learningRate.base` */
  readonly path: string;
  readonly value: unknown;
  /** What messages call the place it comes from: a flag, or a file. */
  readonly from: string;
}

/** Flags that stand for one setting each. */
const shortcuts = {
  data: 'data.source',
  steps: 'train.steps',
  batch: 'train.batch',
  seed: 'train.seed',
  'grid-every': 'output.gridEvery',
  'checkpoint-every': 'output.checkpointEvery',
  keep: 'output.keep',
} as const;

/** Of commands that compile the programs of a run, and do not run it. */
export const programFlags: Flags = {
  preset: { value: 'NAME', help: 'table1-64 ... table1-1024, cifar10, mnist-tiny (default), emoji-64' },
  config: { value: 'FILE.json', help: 'a whole configuration, e.g. config.json of a run, or parts of one' },
  set: { value: 'path.to.key=value', help: 'one setting, e.g. train.learningRate.base=1e-3', repeatable: true },
  batch: { value: 'N', help: 'images per step (train.batch)' },
};

export const settingFlags: Flags = {
  ...programFlags,
  data: { value: 'SPEC', help: 'mnist, emoji, cifar10:FOLDER, folder:PATH, idx:IMAGES[,LABELS], npz:FILE' },
  steps: { value: 'N', help: 'optimizer steps (train.steps)' },
  seed: { value: 'N', help: 'all random numbers follow from it (train.seed)' },
  'grid-every': { value: 'N', help: 'steps between grids of samples, 0: none (output.gridEvery)' },
  'checkpoint-every': { value: 'N', help: 'steps between checkpoints (output.checkpointEvery)' },
  keep: { value: 'N', help: 'checkpoints that are kept (output.keep)' },
};

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The leaves of nested objects as dotted paths; a list is a leaf. */
function leaves(value: unknown, from: string, prefix = ''): Setting[] {
  if (!isObject(value)) return [{ path: prefix, value, from }];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, from, prefix === '' ? key : `${prefix}.${key}`));
}

/**
 * All settings that the command line gives, in order of precedence: the file, then `--set`, then the other flags.
 * @throws UsageError for a file that does not read, or text that is no path=value
 */
export async function givenSettings(args: Arguments): Promise<readonly Setting[]> {
  const file = args.text('config');
  const fromFile = file === undefined ? [] : leaves(await readJson(file), file);
  const preset = args.text('preset');
  return [
    ...fromFile,
    ...(preset === undefined ? [] : [{ path: 'preset', value: preset, from: '--preset' }]),
    ...args.texts('set').flatMap(parseSet),
    ...Object.entries(shortcuts).flatMap(([flag, path]) => {
      if (!args.has(flag)) return [];
      const value = flag === 'data' ? args.text(flag) : args.whole(flag, flag === 'steps' || flag === 'batch' ? 1 : 0);
      return [{ path, value, from: `--${flag}` }];
    }),
  ];
}

async function readJson(file: string): Promise<Json> {
  const text = new TextDecoder().decode(await readUserFile(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new UsageError(`${file}: expected a JSON object`);
  return value;
}

function parseSet(text: string): Setting[] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${text}: expected path.to.key=value, e.g. train.batch=16`);
  const word = text.slice(at + 1);
  let value: unknown = word;
  try {
    value = JSON.parse(word);
  } catch {
    // A word without quotes stands for itself.
  }
  const path = text.slice(0, at);
  const from = `--set ${path}`;
  return isObject(value) ? leaves(value, from, path) : [{ path, value, from }];
}

/**
 * A copy of a configuration with settings put in.
 * @throws UsageError for a path that the configuration does not have, with the nearest it has
 */
export function applySettings<T extends object>(config: T, settings: readonly Setting[]): T {
  const known = leaves(config, '').map(({ path }) => path);
  const copy = structuredClone(config);
  for (const { from, path, value } of settings) {
    if (!known.includes(path)) throw new UsageError(`${from}: ${path} is unknown${nearestPath(path, known)}`);
    const keys = path.split('.');
    const last = keys.pop()!;
    const target = keys.reduce((object, key) => object[key] as Json, copy as unknown as Json);
    target[last] = value;
  }
  return copy;
}

/** Among the paths of the same section, if there are any. */
function nearestPath(path: string, known: readonly string[]): string {
  const [section] = path.split('.');
  const near = known.filter((candidate) => candidate.startsWith(`${section}.`));
  return suggestion(path, near.length > 0 ? near : [...new Set(known.map((candidate) => candidate.split('.')[0]!))]);
}

/** Paths at which two configurations differ, with both values. */
export function differences(a: object, b: object): { path: string; a: unknown; b: unknown }[] {
  const [left, right] = [a, b].map((config) => new Map(leaves(config, '').map(({ path, value }) => [path, value])));
  const paths = new Set([...left!.keys(), ...right!.keys()]);
  return [...paths]
    .map((path) => ({ path, a: left!.get(path), b: right!.get(path) }))
    .filter((pair) => JSON.stringify(pair.a) !== JSON.stringify(pair.b));
}
