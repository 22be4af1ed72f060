import { DataError, UnavailableError } from './errors';
import type { Platform } from './platform';

function noFileSystem(what: string): DataError {
  return new DataError(`${what}: a page has no file system; give chosenFiles, droppedFiles or urlFiles`);
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
    if (context === null) throw new UnavailableError('this browser has no 2D canvas outside the page');
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
  },

  files: {
    async list(folder = 'files') {
      throw noFileSystem(folder);
    },
    async open(path) {
      throw noFileSystem(path);
    },
  },

  packageFolder(name) {
    throw noFileSystem(name);
  },
};
