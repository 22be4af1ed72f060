import type { Choices } from '../../plan/tune/site';
import type { AdapterProfile } from '../device/types';
import type { DefaultTable } from './default-table';
import { defaultTables } from './default-tables';

/** The choices of the first table for an adapter of this kind; none where there is no table. */
export function defaultChoices(
  { description, subgroupSize }: Pick<AdapterProfile, 'description' | 'subgroupSize'>,
  tables: readonly DefaultTable[] = defaultTables,
): Choices {
  const table = tables.find((t) => t.subgroupSize === subgroupSize && description.includes(t.description));
  return new Map(Object.entries(table?.choices ?? {}));
}
