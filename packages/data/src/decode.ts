import { platform } from '#platform';
import { DataError, reasonOf } from './errors';
import type { Raster } from './raster';

/**
 * Decodes a JPEG, PNG or WebP image to 8-bit RGBA. EXIF orientation is applied, colour profiles are ignored.
 * Node decodes with `sharp`, browsers with `createImageBitmap`.
 * @param name what messages call the image
 * @throws DataError when the bytes do not decode, or `sharp` is not installed
 */
export async function decodeImage(bytes: Uint8Array, name = 'image'): Promise<Raster> {
  try {
    return await platform.decodeImage(bytes);
  } catch (error) {
    throw new DataError(`${name}: ${reasonOf(error)}`);
  }
}
