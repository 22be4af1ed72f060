/** Where texts stay from one run of a program to the next. What `#tuning-storage` opens. */
export interface TextStorage {
  /** Where the text of `key` lies, for messages. */
  where(key: string): string;
  /** Undefined where none was written. Rejects when the storage does not work. */
  read(key: string): Promise<string | undefined>;
  /** Rejects when a text could not be written now. */
  prepare(): Promise<void>;
  /** Replaces the text of `key` as a whole, or rejects and leaves it as it was. */
  write(key: string, text: string): Promise<void>;
}

/** Texts that are lost with the object. */
export function memoryStorage(texts: Map<string, string> = new Map()): TextStorage {
  return {
    where: (key) => `memory: ${key}`,
    prepare: async () => undefined,
    read: async (key) => texts.get(key),
    async write(key, text) {
      texts.set(key, text);
    },
  };
}
