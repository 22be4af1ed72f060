import { centreSquare, type FloatImage, type Raster, toFloatImage, toGrey } from './raster';
import { type ResizeMethod, resize } from './resize';

/** How decoded images become training images. */
export interface PixelOptions {
  /** Side of the square result in pixels. Left out, images keep their own size, which must then be one for all. */
  size?: number;
  /** 3: grey is replicated (the paper's models always have 3); 1: colour becomes luma. Default 3. */
  channels?: 1 | 3;
  /** Default 'bicubic'. */
  resize?: ResizeMethod;
  /** 'center': the largest centred square first; 'none': the whole image, stretched if it is not square. Default 'center'. */
  crop?: 'center' | 'none';
}

/**
 * One image through the pipeline: crop, floats in [0, 1] with alpha on white, resize without a clamp. Mirroring and the
 * replication of grey to three channels are left to the copy into a batch. Source: the preprocessing of pix2seq, the
 * paper's own code.
 * @returns 1 channel for grey images or `channels` 1, otherwise 3
 */
export function prepareImage(raster: Raster, options: PixelOptions): FloatImage {
  const { width, height } = raster;
  let window = { left: 0, top: 0, width, height };
  if (options.crop !== 'none') {
    const { left, top, side } = centreSquare(width, height);
    window = { left, top, width: side, height: side };
  }
  let image = toFloatImage(raster, window);
  if (options.channels === 1) image = toGrey(image);
  const { size } = options;
  if (size === undefined || (size === image.width && size === image.height)) return image;
  return resize(image, size, size, options.resize ?? 'bicubic');
}
