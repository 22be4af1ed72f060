import type { Target } from '../target';
import { kernelDigest } from './kernel-digest';
import type { Choices } from './site';
import { ENGINE_VERSION } from './version';

/** Choices measured on one target. Plain data: it may be kept as JSON. */
export interface TuningTable {
  /** What they were measured on: {@link tuningKey}. */
  readonly key: string;
  /** Names of candidates by the keys of their sites. */
  readonly choices: Readonly<Record<string, string>>;
}

/**
 * What the target is, version of the engine and a digest of the target's kernels: choices are good while all of it stays
 * the same.
 */
export const tuningKey = (target: Target): string =>
  [...target.identity, `engine ${ENGINE_VERSION}`, `kernels ${kernelDigest(target)}`].join(' | ');

/** A table as plans take it. */
export const choicesOf = (table: TuningTable): Choices => new Map(Object.entries(table.choices));

export const formatTable = (table: TuningTable): string => `${JSON.stringify(table, null, 2)}\n`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws Error saying in one line why `text` is no table for `key` */
export function parseTable(text: string, key: string): TuningTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  if (!isRecord(value) || typeof value.key !== 'string') throw new Error('it is not a tuning table: it has no key');
  if (value.key !== key) throw new Error(`it was made for ${value.key}, not for ${key}`);
  const { choices } = value;
  if (!isRecord(choices)) throw new Error('it is not a tuning table: it has no choices');
  const names = Object.entries(choices).map(([site, name]): [string, string] => {
    if (typeof name !== 'string') throw new Error(`its choice for '${site}' is no name`);
    return [site, name];
  });
  return { key, choices: Object.fromEntries(names) };
}
