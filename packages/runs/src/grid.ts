import type { Pixels } from './png';

/** Images of one size, [count, height, width, channels]. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Pixels of [0, 1] to whole numbers of 0 to 255, rounded to nearest; what lies outside is clipped. */
export const toBytes = (pixels: Float32Array): Uint8Array =>
  Uint8Array.from(pixels, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));

const GAP = 2;
const BACKGROUND = 255;
/** Small images are enlarged by a whole factor, so that a grid can be looked at. */
const COMFORTABLE_SIDE = 48;

/** Images side by side, row by row, on white. */
export function imageGrid({ channels, count, data, height, width }: Images, columns: number): Pixels {
  const rows = Math.ceil(count / columns);
  const scale = Math.max(1, Math.floor(COMFORTABLE_SIDE / Math.max(height, width)));
  const [cellHeight, cellWidth] = [height * scale + GAP, width * scale + GAP];
  const out = {
    width: columns * cellWidth + GAP,
    height: rows * cellHeight + GAP,
    channels,
    data: new Uint8Array((columns * cellWidth + GAP) * (rows * cellHeight + GAP) * channels).fill(BACKGROUND),
  };
  for (let i = 0; i < count; i++) {
    const top = Math.floor(i / columns) * cellHeight + GAP;
    const left = (i % columns) * cellWidth + GAP;
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = ((i * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * channels;
        const to = ((top + y) * out.width + left + x) * channels;
        for (let c = 0; c < channels; c++) out.data[to + c] = data[from + c]!;
      }
    }
  }
  return out;
}

/** Columns of a grid that is about as wide as it is high. */
export const squareColumns = (count: number): number => Math.ceil(Math.sqrt(count));
