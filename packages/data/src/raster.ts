/** A decoded image: 8-bit samples in row-major [height, width, channels] order; 1 is grey, 3 RGB, 4 RGB and alpha. */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  data: Uint8Array | Uint8ClampedArray;
}

/** A float image in row-major [height, width, channels] order. Decoded samples lie in [0, 1]; resized ones may overshoot. */
export interface FloatImage {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Float32Array;
}

/**
 * The largest centred square of an image, its offset rounded down. Source: pix2seq's centre crop, which the paper uses.
 */
export function centreSquare(width: number, height: number): { left: number; top: number; side: number } {
  const side = Math.min(width, height);
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side };
}

/** A rectangle of a raster. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * Samples of a window as floats, v / 255. Alpha is composited on white: a transparent pixel becomes 1.
 * @returns 1 channel for grey, otherwise 3
 */
export function toFloatImage(raster: Raster, window: Window): FloatImage {
  const { data, width: stride, channels } = raster;
  const { left, top, width, height } = window;
  const outChannels = channels === 1 ? 1 : 3;
  const out = new Float32Array(width * height * outChannels);
  let o = 0;
  for (let y = 0; y < height; y++) {
    let i = ((top + y) * stride + left) * channels;
    for (let x = 0; x < width; x++, i += channels) {
      if (channels === 4) {
        const alpha = data[i + 3]! / 255;
        for (let c = 0; c < 3; c++) out[o++] = (data[i + c]! / 255) * alpha + (1 - alpha);
      } else {
        for (let c = 0; c < channels; c++) out[o++] = data[i + c]! / 255;
      }
    }
  }
  return { width, height, channels: outChannels, data: out };
}

/** Luma of an RGB image with the ITU-R BT.601 weights 0.299, 0.587, 0.114; a grey image is returned as it is. */
export function toGrey(image: FloatImage): FloatImage {
  if (image.channels === 1) return image;
  const { width, height, data } = image;
  const grey = new Float32Array(width * height);
  for (let p = 0, i = 0; p < grey.length; p++, i += 3) {
    grey[p] = 0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!;
  }
  return { width, height, channels: 1, data: grey };
}

/**
 * Copies an image into a batch at `offset`, [height, width, channels]. Grey is replicated where `channels` is 3.
 * @param flip mirror left and right
 */
export function copyInto(target: Float32Array, offset: number, image: FloatImage, channels: 1 | 3, flip = false): void {
  const { width, height, data } = image;
  if (!flip && image.channels === channels) {
    target.set(data, offset);
    return;
  }
  let o = offset;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + (flip ? width - 1 - x : x)) * image.channels;
      for (let c = 0; c < channels; c++) target[o++] = data[image.channels === 1 ? i : i + c]!;
    }
  }
}
