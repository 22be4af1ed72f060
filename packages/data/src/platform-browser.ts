import { DataError } from './errors';
import type { Platform } from './platform';

function noFileSystem(path: string): DataError {
  return new DataError(`${path}: browsers have no file system; use filesDataset or arrayDataset with bytes instead`);
}

export const platform: Platform = {
  async decodeImage(bytes) {
    // Without these options browsers convert colours and premultiply, which changes the samples.
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new DataError('this browser has no 2D canvas outside the page');
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
  },

  async readFile(path) {
    throw noFileSystem(path);
  },

  async listFiles(folder) {
    throw noFileSystem(folder);
  },

  packageFolder(name) {
    throw noFileSystem(name);
  },
};
