// Reference: the File System standard (fs.spec.whatwg.org): a file is there as soon as it is asked for with `create`, what is
// written goes to a copy that takes its place on `close`, and a quota that is used up is a QuotaExceededError.
import { describe, expect, it } from 'vitest';
import { opfsStorage } from './opfs-storage';
import { bytesOfStored, writeBytes } from './testing/states';

/** A folder as a browser has it. `quota`: bytes that a file may have. */
function browserFolder(quota = Number.POSITIVE_INFINITY) {
  const files = new Map<string, Blob>();
  const missing = (name: string): never => {
    throw new DOMException(`${name} could not be found`, 'NotFoundError');
  };
  const fileHandle = (name: string) => ({
    kind: 'file',
    getFile: async () => files.get(name) ?? missing(name),
    createWritable: async () => {
      let copy: Uint8Array<ArrayBuffer>[] = [];
      return {
        async write(part: Uint8Array<ArrayBuffer>) {
          copy.push(part.slice());
          if (copy.reduce((sum, { length }) => sum + length, 0) > quota) {
            throw new DOMException('the quota has been exceeded', 'QuotaExceededError');
          }
        },
        async close() {
          files.set(name, new Blob(copy));
        },
        async abort() {
          copy = [];
        },
      };
    },
  });
  const folder = {
    async *entries() {
      for (const name of files.keys()) yield [name, fileHandle(name)];
      yield ['folder', { kind: 'directory' }];
    },
    async getFileHandle(name: string, { create = false } = {}) {
      if (!files.has(name) && !create) missing(name);
      if (!files.has(name)) files.set(name, new Blob());
      return fileHandle(name);
    },
    async removeEntry(name: string) {
      if (!files.delete(name)) missing(name);
    },
  };
  return { files, storage: opfsStorage(folder as unknown as FileSystemDirectoryHandle) };
}

async function* parts(...pieces: (Uint8Array<ArrayBuffer> | Error)[]) {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

describe('a browser as a storage', () => {
  it('keeps files, reads them by range and removes them', async () => {
    const { storage } = browserFolder();
    await storage.writeAtomic('a', parts(Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5)));
    await writeBytes(storage, 'b', Uint8Array.of(9));
    expect(await storage.list()).toEqual(['a', 'b']);
    await using source = await storage.open('a');
    expect(source).toMatchObject({ name: 'a', size: 5 });
    expect([...(await source.read(1, 3))]).toEqual([2, 3, 4]);
    await storage.remove('a');
    expect(await storage.list()).toEqual(['b']);
    await expect(storage.open('a')).rejects.toThrow('a could not be found');
  });

  it('has no file whose first writing never ended', async () => {
    const { files, storage } = browserFolder();
    files.set('a', new Blob());
    expect(await storage.list()).toEqual([]);
    await expect(storage.open('a')).rejects.toThrow('a does not exist');
  });

  it('keeps what was there when writing fails, and leaves nothing where there was nothing', async () => {
    const { files, storage } = browserFolder();
    await writeBytes(storage, 'a', Uint8Array.of(7));
    const enough = new Error('enough');
    await expect(storage.writeAtomic('a', parts(Uint8Array.of(1), enough))).rejects.toBe(enough);
    await expect(storage.writeAtomic('b', parts(Uint8Array.of(1), enough))).rejects.toBe(enough);
    expect([...files.keys()]).toEqual(['a']);
    expect(await bytesOfStored(storage, 'a')).toEqual(Uint8Array.of(7));
  });

  it('says which file found no space', async () => {
    const { files, storage } = browserFolder(3);
    await expect(writeBytes(storage, 'a', new Uint8Array(4))).rejects.toThrow(
      'a: no space left in the storage of this page',
    );
    expect(files.size).toBe(0);
  });
});
