import { SettingError } from '@noisesmith/training';
import { suggestion } from './nearest';

/** One value of a configuration that the user gave. */
export interface Setting {
  /** e.g. `train.learningRate.base` */
  readonly path: string;
  readonly value: unknown;
  /** What messages call the place it comes from: a flag, or a file. */
  readonly from: string;
}

export type JsonObject = Record<string, unknown>;
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The leaves of nested objects as settings; a list is a leaf. */
export function settingsOf(value: unknown, from: string, prefix = ''): Setting[] {
  if (!isJsonObject(value)) return [{ path: prefix, value, from }];
  return Object.entries(value).flatMap(([key, part]) =>
    settingsOf(part, from, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** Settings that may be null; null for any other leaves it as it is. */
const nullable = ['data.source', 'train.gradientClip'];

/**
 * A copy of a configuration with settings put in. Null, where it is no value, stands for what the configuration has.
 * @throws SettingError for a path that the configuration does not have, with the nearest it has
 */
export function applySettings<T extends object>(config: T, settings: readonly Setting[]): T {
  const known = settingsOf(config, '').map(({ path }) => path);
  const copy = structuredClone(config);
  for (const { from, path, value } of settings) {
    if (!known.includes(path)) throw new SettingError(path, `${from}: ${path} is unknown${nearestPath(path, known)}`);
    if (value === null && !nullable.includes(path)) continue;
    const keys = path.split('.');
    const last = keys.pop()!;
    const target = keys.reduce((object, key) => object[key] as JsonObject, copy as unknown as JsonObject);
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
  const [left, right] = [a, b].map((config) => new Map(settingsOf(config, '').map(({ path, value }) => [path, value])));
  const paths = new Set([...left!.keys(), ...right!.keys()]);
  return [...paths]
    .map((path) => ({ path, a: left!.get(path), b: right!.get(path) }))
    .filter((pair) => JSON.stringify(pair.a) !== JSON.stringify(pair.b));
}
