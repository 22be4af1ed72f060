import { openTextStorage } from '#tuning-storage';
import { formatTable, parseTable, type TuningTable } from './table';
import type { TextStorage } from './text-storage';

/** Tables kept from one run of a program to the next. It never fails: a table that is lost is measured again. */
export interface TuningStore {
  /** The table that was written for this key, see `tuningKey`; undefined where there is none that is sound. */
  read(key: string): Promise<TuningTable | undefined>;
  write(table: TuningTable): Promise<void>;
  /** Why a table of this key could not be kept, in one line, before the work of making one; undefined where it can. */
  obstacle(key: string): Promise<string | undefined>;
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
  const notKept = (key: string, verb: string, error: unknown): string => {
    const reason = error instanceof Error ? error.message : String(error);
    return `tuning table ${storage.where(key)} is not ${verb}: ${reason.replace(/\s+/g, ' ')}`;
  };
  const orWarn = async <T>(key: string, verb: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      onWarning(notKept(key, verb, error));
      return undefined;
    }
  };
  return {
    read: (key) =>
      orWarn(key, 'used', async () => {
        const text = await storage.read(key);
        return text === undefined ? undefined : parseTable(text, key);
      }),
    obstacle: (key) =>
      storage.prepare().then(
        () => undefined,
        (error: unknown) => notKept(key, 'kept', error),
      ),
    write: async (table) => {
      await orWarn(table.key, 'kept', () => storage.write(table.key, formatTable(table)));
    },
  };
}
