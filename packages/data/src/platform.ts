import type { Files } from './files';
import type { Raster } from './raster';

/** What Node and browsers do differently. `#platform` in package.json chooses the implementation. */
export interface Platform {
  /**
   * Decodes an image of {@link imageExtensions} to RGBA: EXIF orientation applied, colour profiles ignored, the first
   * picture of an animation.
   * @throws when it cannot; UnavailableError when no image can be decoded
   */
  decodeImage(bytes: Uint8Array): Promise<Raster>;
  /** Where the paths of a spec lead when no files are given. Its methods throw DataError in browsers. */
  readonly files: Files;
  /** Folder of an installed npm package, or undefined. @throws DataError in browsers */
  packageFolder(name: string): string | undefined;
}

export declare const platform: Platform;
