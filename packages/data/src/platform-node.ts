import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { DataError } from './errors';
import type { Platform } from './platform';

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch {
    throw new DataError('decoding images in Node needs the package sharp: npm install sharp');
  }
}

/** Whether a package resolves from a place: this package first, then the folder in which the program was started. */
function resolveFrom(place: string, request: string): string | undefined {
  try {
    return createRequire(place).resolve(request);
  } catch {
    return undefined;
  }
}

export const platform: Platform = {
  async decodeImage(bytes) {
    const sharp = await loadSharp();
    // 'error' refuses truncated and broken files, but not the harmless warnings that many photographs raise.
    const { data, info } = await sharp(bytes, { failOn: 'error', ignoreIcc: true })
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 4, data };
  },

  async readFile(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) throw new DataError(`${path}: no such file`);
      throw error;
    }
  },

  async listFiles(folder) {
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    } catch (error) {
      if (isMissing(error)) throw new DataError(`${folder}: no such folder`);
      throw error;
    }
  },

  packageFolder(name) {
    const request = `${name}/package.json`;
    const found = resolveFrom(import.meta.url, request) ?? resolveFrom(join(process.cwd(), 'package.json'), request);
    return found && dirname(found);
  },
};
