import { platform } from '#platform';
import { DataFileError, reasonOf, UnavailableError } from './errors';
import type { Raster } from './raster';

/**
 * Decodes a JPEG, PNG, WebP, GIF or AVIF image to 8-bit RGBA. EXIF orientation is applied, colour profiles are ignored, of
 * an animation the first picture is taken.
 * Node decodes with `sharp`, browsers with `createImageBitmap`.
 * @param name what messages call the image
 * @throws DataError when the bytes do not decode, or `sharp` is not installed
 */
export async function decodeImage(bytes: Uint8Array, name = 'image'): Promise<Raster> {
  try {
    return await platform.decodeImage(bytes);
  } catch (error) {
    throw error instanceof UnavailableError ? error : new DataFileError(name, reasonOf(error));
  }
}
