import { isJsonObject, type JsonObject, type Setting, settingsOf } from '@noisesmith/runs';
import { backendFlag } from '../backend';
import { UsageError } from '../errors';
import { readUserFile } from '../files';
import type { Arguments, Flags } from '../flags';

/** Flags that stand for one setting each. */
const shortcuts = {
  backend: 'backend',
  data: 'data.source',
  steps: 'train.steps',
  batch: 'train.batch',
  seed: 'train.seed',
  'grid-every': 'output.gridEvery',
  'eval-every': 'output.evalEvery',
  'eval-n': 'output.evalN',
  'eval-network': 'output.evalNetwork',
  'checkpoint-every': 'output.checkpointEvery',
  keep: 'output.keep',
} as const;

/** Those of text; the others are whole numbers. */
const texts: readonly string[] = ['backend', 'data', 'eval-network'];

/** The words of a command line that give a setting a value. */
export function flagOf(path: string, value: unknown): readonly string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const short = Object.entries(shortcuts).find(([, known]) => known === path);
  return short ? [`--${short[0]}`, text] : ['--set', `${path}=${text}`];
}

/** Of commands that compile the programs of a run, and do not run it. */
export const programFlags: Flags = {
  preset: { value: 'NAME', help: 'table1-64 ... table1-1024, cifar10, mnist (default), mnist-tiny, emoji-64' },
  config: { value: 'FILE.json', help: 'a whole configuration, e.g. config.json of a run, or parts of one' },
  set: { value: 'path.to.key=value', help: 'one setting, e.g. train.learningRate.base=1e-3', repeatable: true },
  batch: { value: 'N', help: 'images per step (train.batch)' },
  ...backendFlag,
};

export const settingFlags: Flags = {
  ...programFlags,
  data: { value: 'SPEC', help: 'mnist, emoji, cifar10:FOLDER, folder:PATH, idx:IMAGES[,LABELS], npz:FILE' },
  steps: { value: 'N', help: 'optimizer steps (train.steps)' },
  seed: { value: 'N', help: 'all random numbers follow from it (train.seed)' },
  'grid-every': { value: 'N', help: 'steps between grids of samples, 0: none (output.gridEvery)' },
  'eval-every': {
    value: 'N',
    help: 'steps between Fréchet distances of samples to the data, 0: none (output.evalEvery)',
  },
  'eval-n': { value: 'N', help: 'samples that are measured (output.evalN)' },
  'eval-network': {
    value: 'NAME',
    help: 'whose features are compared, as in eval; pixels (default): the images themselves (output.evalNetwork)',
  },
  'checkpoint-every': { value: 'N', help: 'steps between checkpoints (output.checkpointEvery)' },
  keep: { value: 'N', help: 'checkpoints that are kept (output.keep)' },
};

/**
 * All settings that the command line gives, in order of precedence: the file, then `--set`, then the other flags.
 * @throws UsageError for a file that does not read, or text that is no path=value
 */
export async function givenSettings(args: Arguments): Promise<readonly Setting[]> {
  const file = args.text('config');
  const fromFile = file === undefined ? [] : settingsOf(await readJson(file), file);
  const preset = args.text('preset');
  const settings = [
    ...fromFile,
    ...(preset === undefined ? [] : [{ path: 'preset', value: preset, from: '--preset' }]),
    ...args.texts('set').flatMap(parseSet),
    ...Object.entries(shortcuts).flatMap(([flag, path]) => {
      if (!args.has(flag)) return [];
      const value = texts.includes(flag)
        ? args.text(flag)
        : args.whole(flag, flag === 'steps' || flag === 'batch' ? 1 : 0);
      return [{ path, value, from: `--${flag}` }];
    }),
  ];
  for (const { from, path, value } of settings) {
    if (!isFiniteValue(value))
      throw new UsageError(`${from}: ${path} is larger than any number; expected a finite one`);
  }
  return settings;
}

/** JSON has no infinity, but 1e999 is read as one. */
const isFiniteValue = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isFiniteValue) : typeof value !== 'number' || Number.isFinite(value);

async function readJson(file: string): Promise<JsonObject> {
  const text = new TextDecoder().decode(await readUserFile(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: no JSON: ${(error as Error).message}`);
  }
  if (!isJsonObject(value)) throw new UsageError(`${file}: expected a JSON object`);
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
  return isJsonObject(value) ? settingsOf(value, from, path) : [{ path, value, from }];
}
