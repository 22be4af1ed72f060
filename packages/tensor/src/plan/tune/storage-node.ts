import { createHash, randomBytes } from 'node:crypto';
import { access, constants, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { env, pid } from 'node:process';
import type { TextStorage } from './text-storage';

/** The user's cache folder, as the XDG base directory specification finds it. */
function cacheFolder(): string {
  const given = env.XDG_CACHE_HOME;
  return given && isAbsolute(given) ? given : join(homedir(), '.cache');
}

/** Readable, and different for different keys. */
function fileName(key: string): string {
  const readable = key.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, 80);
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}.json`;
}

/** A reader, a crash or a power cut sees the old text or all of the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Files in `folder`, or else in the folder noisesmith/tuning of the user's cache. */
export function openTextStorage(folder = join(cacheFolder(), 'noisesmith', 'tuning')): TextStorage {
  const where = (key: string): string => join(folder, fileName(key));
  return {
    where,
    async read(key) {
      try {
        return await readFile(where(key), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async prepare() {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK | constants.X_OK);
    },
    write: (key, text) => replaceFile(where(key), text),
  };
}
