/** Pictures of trajectories as files; this side needs the engine's packages. */
import { encodeApng, encodePng, type Images, imageGrid, type Pixels, squareColumns, toBytes } from '@noisesmith/runs';
import { endOf, type Trajectories } from './trajectories';

/** How long a step shows, and the first and the last moment, ms. */
const STEP = 90;
const START = 600;
const END = 2400;

const imagesOf = ({ seeds, shape }: Trajectories, pixels: Float32Array): Images => {
  const [height, width, channels] = shape;
  return { count: seeds.length, height, width, channels, data: toBytes(pixels) };
};

const gridOf = (trajectories: Trajectories, pixels: Float32Array, columns?: number): Pixels =>
  imageGrid(imagesOf(trajectories, pixels), columns ?? squareColumns(trajectories.seeds.length));

/** An animated PNG of all samples, x_t moment by moment. @param columns of the grid; about a square unless given */
export function encodeFilm(
  trajectories: Trajectories,
  { columns }: { columns?: number } = {},
): Uint8Array<ArrayBuffer> {
  const frames = trajectories.x.map((pixels) => gridOf(trajectories, pixels, columns));
  const delay = frames.map((_, i) => (i === 0 ? START : i === frames.length - 1 ? END : STEP));
  return encodeApng(frames, { delay });
}

/** A PNG of the samples. */
export const encodeGrid = (trajectories: Trajectories): Uint8Array<ArrayBuffer> =>
  encodePng(gridOf(trajectories, endOf(trajectories)));
