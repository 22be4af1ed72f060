/** Where checkpoints are kept: a folder, browser storage, memory. Names are plain file names. */
export interface CheckpointStorage {
  list(): Promise<readonly string[]>;
  /** @throws when there is no such name */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** After a crash at any moment `name` holds its old bytes or all of the new ones. */
  writeAtomic(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Storage that ends with the process; for tests and pages that keep nothing. */
export function memoryStorage(): CheckpointStorage {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    list: async () => [...files.keys()],
    async read(name) {
      const bytes = files.get(name);
      if (!bytes) throw new RangeError(`${name} does not exist`);
      return bytes.slice();
    },
    async writeAtomic(name, bytes) {
      files.set(name, bytes.slice());
    },
    async remove(name) {
      files.delete(name);
    },
  };
}
