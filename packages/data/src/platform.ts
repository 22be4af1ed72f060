import type { Raster } from './raster';

/** What Node and browsers do differently. `#platform` in package.json chooses the implementation. */
export interface Platform {
  /** Decodes JPEG, PNG or WebP to RGBA; EXIF orientation applied, colour profiles ignored. @throws when it cannot */
  decodeImage(bytes: Uint8Array): Promise<Raster>;
  /** @throws DataError when there is no such file */
  readFile(path: string): Promise<Uint8Array>;
  /** Paths of all files below a folder, relative to it, with '/'. @throws DataError when there is no such folder */
  listFiles(folder: string): Promise<string[]>;
  /** Folder of an installed npm package, or undefined. @throws DataError in browsers */
  packageFolder(name: string): string | undefined;
}

export declare const platform: Platform;
