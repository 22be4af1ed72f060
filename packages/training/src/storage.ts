import { checkRange, type RangeSource } from '@noisesmith/formats';

/** Where checkpoints are kept: a folder, browser storage, memory. Names are plain file names. */
export interface CheckpointStorage {
  list(): Promise<readonly string[]>;
  /** A file to be read by ranges, until it is disposed of. @throws when there is no such name */
  open(name: string): Promise<RangeSource & AsyncDisposable>;
  /**
   * Writes a file of parts that are taken one by one. After a crash at any moment `name` holds its old bytes or all of
   * the new ones, and so it does when taking a part fails; that error is passed on as it is.
   */
  writeAtomic(name: string, parts: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Storage that ends with the process; for tests, and where nothing is kept for longer. */
export function memoryStorage(): CheckpointStorage {
  const files = new Map<string, readonly Uint8Array<ArrayBuffer>[]>();
  return {
    list: async () => [...files.keys()],
    async open(name) {
      const parts = files.get(name);
      if (!parts) throw new RangeError(`${name} does not exist`);
      return { ...partsSource(parts, name), [Symbol.asyncDispose]: async () => undefined };
    },
    async writeAtomic(name, parts) {
      const copies: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of parts) copies.push(part.slice());
      files.set(name, copies);
    },
    async remove(name) {
      files.delete(name);
    },
  };
}

/** A source over bytes that lie in parts, since no array could hold them all. What it reads are copies. */
function partsSource(parts: readonly Uint8Array[], name: string): RangeSource {
  const starts: number[] = [];
  let size = 0;
  for (const { length } of parts) {
    starts.push(size);
    size += length;
  }
  return {
    size,
    name,
    async read(offset, length) {
      checkRange(offset, length, size, name);
      const bytes = new Uint8Array(length);
      for (const [i, part] of parts.entries()) {
        const from = offset - starts[i]!;
        if (from + length <= 0 || from >= part.length) continue;
        bytes.set(part.subarray(Math.max(0, from), from + length), Math.max(0, -from));
      }
      return bytes;
    },
  };
}
