import { type Resampling, resizeAll } from '@noisesmith/data';
import type { ImageBatch } from './image-batch';

/**
 * How images become as large as a network's input. `half-pixel`: bilinear with half-pixel centres and without
 * antialiasing, as the evaluation of the paper's authors (pix2seq `metrics/fid.py`: `tf.image.resize` of TensorFlow 2) and
 * pytorch-fid do; `tf1`: bilinear as TensorFlow 1 does inside the original Inception graph (torch-fidelity,
 * guided-diffusion); `clean`: antialiased bicubic as Pillow's, of each channel in floats (clean-fid).
 */
export type InputResize = 'half-pixel' | 'tf1' | 'clean';

const resamplings: Readonly<Record<InputResize, Resampling>> = {
  'half-pixel': 'bilinear',
  tf1: 'bilinear-tf1',
  clean: 'bicubic',
};

/** All of {@link InputResize}, the default first. */
export const inputResizes = Object.keys(resamplings) as readonly InputResize[];

/** @throws RangeError for a word that is none of {@link inputResizes} */
export function parseInputResize(word: string): InputResize {
  const found = inputResizes.find((known) => known === word);
  if (found === undefined)
    throw new RangeError(`resize '${word}' is unknown; expected one of ${inputResizes.join(', ')}`);
  return found;
}

/**
 * Images as squares of `size` pixels, in [0, 1]: what bicubic overshoots is cut off, and nothing is rounded to bytes.
 * @throws RangeError for a size that is not a whole number >= 1
 */
export function resizeImages(images: ImageBatch, size: number, method: InputResize): ImageBatch {
  const data = resizeAll({ ...images, channels: 3 }, size, size, resamplings[method]);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, data[i]!));
  return { count: images.count, height: size, width: size, data };
}
