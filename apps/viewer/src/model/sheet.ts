import type { PicturePixels } from '../ui/Picture.svelte';
import { imageAt, pixelsOf, type Trajectories } from './trajectories';

/**
 * All samples at one moment in one picture, row by row, with clear gaps of one pixel between them.
 * @param samples how many of the first
 */
export function sheet(
  trajectories: Trajectories,
  what: 'x' | 'x0',
  moment: number,
  columns: number,
  samples = trajectories.seeds.length,
): PicturePixels {
  const [height, width, channels] = trajectories.shape;
  const rows = Math.ceil(samples / columns);
  const sheetWidth = columns * (width + 1) - 1;
  const sheetHeight = rows * (height + 1) - 1;
  const data = new Uint8ClampedArray(sheetWidth * sheetHeight * 4);
  for (let sample = 0; sample < samples; sample++) {
    const image = imageAt(trajectories, what, moment, sample);
    const left = (sample % columns) * (width + 1);
    const top = Math.floor(sample / columns) * (height + 1);
    for (let i = 0; i < pixelsOf([height, width, 1]); i++) {
      const to = 4 * ((top + Math.floor(i / width)) * sheetWidth + left + (i % width));
      for (let c = 0; c < 3; c++) data[to + c] = 255 * image[i * channels + (channels === 1 ? 0 : c)]!;
      data[to + 3] = 255;
    }
  }
  return { width: sheetWidth, height: sheetHeight, channels: 4, data };
}
