import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnavailableError } from './errors';
import { nodeFiles } from './node';
import type { Platform } from './platform';

async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch {
    throw new UnavailableError('decoding images in Node needs the package sharp: npm install sharp');
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

  files: nodeFiles(),

  packageFolder(name) {
    const request = `${name}/package.json`;
    const found = resolveFrom(import.meta.url, request) ?? resolveFrom(join(process.cwd(), 'package.json'), request);
    return found && dirname(found);
  },
};
