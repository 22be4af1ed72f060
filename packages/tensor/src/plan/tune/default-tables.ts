import type { DefaultTable } from './defaults';

/** Written by write-defaults.ts on a machine that does nothing else. */
export const defaultTables: readonly DefaultTable[] = [];
