import { blobSource } from '@noisesmith/formats';
import type { CheckpointStorage } from './storage';

/** What the type library lacks of a folder: `entries` of the File System standard. */
interface Listed extends FileSystemDirectoryHandle {
  entries(): AsyncIterableIterator<[string, FileSystemHandle]>;
}

const isFile = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === 'file';

/**
 * Checkpoints as files of a folder of a browser: one of its own private file system (OPFS), as
 * `navigator.storage.getDirectory()` gives it, or one that the user has chosen.
 *
 * A browser writes to a file of its own, which takes the place of the named one when it is closed. The name itself is
 * there before, and holds nothing: a file without bytes is one whose first writing never ended, and is none here.
 */
export function opfsStorage(directory: FileSystemDirectoryHandle): CheckpointStorage {
  return {
    async list() {
      const names: string[] = [];
      for await (const [name, handle] of (directory as Listed).entries()) {
        if (isFile(handle) && (await handle.getFile()).size > 0) names.push(name);
      }
      return names;
    },

    async open(name) {
      const file = await directory.getFileHandle(name).then((handle) => handle.getFile());
      if (file.size === 0) throw new RangeError(`${name} does not exist`);
      return { ...blobSource(file, name), [Symbol.asyncDispose]: async () => undefined };
    },

    async writeAtomic(name, parts) {
      const handle = await directory.getFileHandle(name, { create: true });
      const writable = await handle.createWritable();
      try {
        for await (const part of parts) await writable.write(part).catch((error) => fail(name, error));
        await writable.close().catch((error) => fail(name, error));
      } catch (error) {
        await writable.abort().catch(() => undefined);
        if ((await handle.getFile()).size === 0) await directory.removeEntry(name);
        throw error;
      }
    },

    remove: (name) => directory.removeEntry(name),
  };
}

/** @throws one line that names the file, for a quota that is used up above all */
function fail(name: string, cause: unknown): never {
  const { message, name: kind } = cause as DOMException;
  const reason = kind === 'QuotaExceededError' ? 'no space left in the storage of this page' : message;
  throw new Error(`${name}: ${reason}`, { cause });
}
