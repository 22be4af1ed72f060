import type { AdapterProfile } from '../../device/types';
import { defaultTables } from './default-tables';
import type { Choices } from './site';

/** Choices that come with the engine for adapters of one kind, measured on one of them. */
export interface DefaultTable {
  /** A part of the adapter's description, without its version, such as `llvmpipe`. */
  readonly description: string;
  readonly subgroupSize: number;
  /** Names of candidates by keys of sites. */
  readonly choices: Readonly<Record<string, string>>;
}

/** The choices of the first table for an adapter of this kind; none where there is no table. */
export function defaultChoices(
  { description, subgroupSize }: Pick<AdapterProfile, 'description' | 'subgroupSize'>,
  tables: readonly DefaultTable[] = defaultTables,
): Choices {
  const table = tables.find((t) => t.subgroupSize === subgroupSize && description.includes(t.description));
  return new Map(Object.entries(table?.choices ?? {}));
}
