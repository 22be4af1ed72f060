import { type CheckpointStorage, memoryStorage, opfsStorage } from '@noisesmith/training';

/** What is written at once: text, bytes, or bytes that come in parts. */
export type RunFileContent = string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array<ArrayBuffer>>;

/** The files of one run, wherever they lie: a folder, the storage of a page, memory. '/' in a name stands for a folder. */
export interface RunFiles {
  /** What messages call the place. */
  readonly name: string;
  readonly checkpoints: CheckpointStorage;
  has(name: string): Promise<boolean>;
  /** A whole file; undefined when there is no such name. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** After a crash at any moment the file holds its old content or all of the new. */
  write(name: string, content: RunFileContent): Promise<void>;
  /** Adds text to the end of a file, which may be new. */
  append(name: string, text: string): Promise<void>;
  /** Removes a file, if there is one. */
  remove(name: string): Promise<void>;
}

/** Text of a file without the mark that some editors put in front of it; undefined when there is no such name. */
export async function readText(files: RunFiles, name: string): Promise<string | undefined> {
  const bytes = await files.read(name);
  // TextDecoder leaves the byte order mark out.
  return bytes && new TextDecoder().decode(bytes);
}

const isParts = (content: RunFileContent): content is AsyncIterable<Uint8Array<ArrayBuffer>> =>
  typeof content === 'object' && Symbol.asyncIterator in content;

async function* partsOf(content: RunFileContent): AsyncIterable<Uint8Array<ArrayBuffer>> {
  if (isParts(content)) yield* content;
  else yield typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

async function joined(parts: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) pieces.push(part);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Files that end with the process. */
export function memoryRunFiles(name = 'memory'): RunFiles {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    name,
    checkpoints: memoryStorage(),
    has: async (file) => files.has(file),
    read: async (file) => files.get(file)?.slice(),
    async write(file, content) {
      files.set(file, (await joined(partsOf(content))).slice());
    },
    async append(file, text) {
      const before = new TextDecoder().decode(files.get(file));
      files.set(file, new TextEncoder().encode(before + text));
    },
    async remove(file) {
      files.delete(file);
    },
  };
}

const isNotFound = (error: unknown): boolean => (error as DOMException).name === 'NotFoundError';

/** The folder and the plain name of a path below `root`. @throws NotFoundError unless `create` */
async function place(root: FileSystemDirectoryHandle, path: string, create: boolean) {
  const names = path.split('/');
  const name = names.pop()!;
  let folder = root;
  for (const part of names) folder = await folder.getDirectoryHandle(part, { create });
  return { folder, name };
}

/**
 * The files of a run in a folder of a browser: one of its own private file system (OPFS), as
 * `navigator.storage.getDirectory()` gives it, or one that the user has chosen. Works in pages and in workers.
 */
export async function opfsRunFiles(root: FileSystemDirectoryHandle): Promise<RunFiles> {
  const find = async (path: string): Promise<File | undefined> => {
    try {
      const { folder, name } = await place(root, path, false);
      const file = await (await folder.getFileHandle(name)).getFile();
      // The storage makes an empty file before a first writing: that is none yet.
      return file.size > 0 ? file : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    name: root.name || 'the storage of this page',
    checkpoints: opfsStorage(await root.getDirectoryHandle('checkpoints', { create: true })),
    has: async (path) => (await find(path)) !== undefined,
    async read(path) {
      const file = await find(path);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    async write(path, content) {
      const { folder, name } = await place(root, path, true);
      await opfsStorage(folder).writeAtomic(name, partsOf(content));
    },
    async append(path, text) {
      const { folder, name } = await place(root, path, true);
      const handle = await folder.getFileHandle(name, { create: true });
      const writable = await handle.createWritable({ keepExistingData: true });
      await writable.seek((await handle.getFile()).size);
      await writable.write(text);
      await writable.close();
    },
    async remove(path) {
      try {
        const { folder, name } = await place(root, path, false);
        await folder.removeEntry(name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}
