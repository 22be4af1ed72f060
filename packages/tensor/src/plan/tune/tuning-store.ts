import { openTextStorage } from '#tuning-storage';
import { formatTable, parseTable, type TuningTable } from './table';
import type { TextStorage } from './text-storage';

/** Tables kept from one run of a program to the next. It never fails: a table that is lost is measured again. */
export interface TuningStore {
  /** The table that was written for this key, see `tuningKey`; undefined where there is none that is sound. */
  read(key: string): Promise<TuningTable | undefined>;
  write(table: TuningTable): Promise<void>;
}

export interface TuningStoreOptions {
  /** Node: a folder. Browsers: the name of an IndexedDB database. */
  readonly location?: string;
  /** Told in one line why a table could not be read or written. */
  readonly onWarning?: (line: string) => void;
}

/** Tables in files of the user's cache folder ($XDG_CACHE_HOME or ~/.cache, noisesmith/tuning); in browsers in IndexedDB. */
export const openTuningStore = ({ location, onWarning }: TuningStoreOptions = {}): TuningStore =>
  tuningStore(openTextStorage(location), onWarning);

export function tuningStore(storage: TextStorage, onWarning: (line: string) => void = () => undefined): TuningStore {
  const orWarn = async <T>(key: string, verb: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onWarning(`tuning table ${storage.where(key)} is not ${verb}: ${reason.replace(/\s+/g, ' ')}`);
      return undefined;
    }
  };
  return {
    read: (key) =>
      orWarn(key, 'used', async () => {
        const text = await storage.read(key);
        return text === undefined ? undefined : parseTable(text, key);
      }),
    write: async (table) => {
      await orWarn(table.key, 'kept', () => storage.write(table.key, formatTable(table)));
    },
  };
}
