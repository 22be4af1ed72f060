import { type Draw, drawOf } from './draws';
import { type Images, imageGrid, squareColumns } from './grid';
import { encodePng } from './png';

/** Rows of a grid that has one for each class; of more classes the samples stand in a square, so that it can be looked at. */
const MOST_ROWS = 32;

/** Classes and samples of each in the grids of a run under way. */
const DRAWN_CLASSES = 10;
const DRAWN_COLUMNS = 4;
/** Samples in the grids of a run without classes. */
const UNLABELLED = 16;

/** Samples of each class in the grid at the end, where they are there anyway, and the most samples of it. */
const FINAL_COLUMNS = 8;
const FINAL_SAMPLES = 400;

/** What the grids of a run show: some seeds of each of the first classes, the same all through the run. */
export function gridDraw(classes: number): Draw {
  if (classes === 0)
    return drawOf(
      Array.from({ length: UNLABELLED }, (_, i) => i),
      [null],
    );
  const rows = Math.min(classes, DRAWN_CLASSES);
  const cells = Array.from({ length: rows * DRAWN_COLUMNS }, (_, i) => ({
    row: Math.floor(i / DRAWN_COLUMNS),
    column: i % DRAWN_COLUMNS,
  }));
  return { seeds: cells.map(({ column, row }) => row + classes * column), labels: cells.map(({ row }) => row) };
}

/** How many of the first samples of `fixedDraw` the grid at the end shows: whole columns, one sample of each class in each. */
export function finalCount(classes: number, samples: number): number {
  const rows = Math.max(1, classes);
  const columns = Math.max(1, Math.min(FINAL_COLUMNS, Math.floor(FINAL_SAMPLES / rows)));
  return Math.min(samples, rows * columns, FINAL_SAMPLES);
}

/** Picks images by index. */
export function pick(images: Images, indices: readonly number[]): Images {
  const size = images.height * images.width * images.channels;
  const data = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    data.set(images.data.subarray(index * size, (index + 1) * size), i * size);
  });
  return { ...images, count: indices.length, data };
}

/**
 * A PNG with the samples in the order of their classes: one row for each class, where there are as many of each and no
 * more classes than rows can be looked at; else about a square.
 */
export function classGridPng(images: Images, labels: readonly (number | null)[]): Uint8Array<ArrayBuffer> {
  const classes = [...new Set(labels)].sort((a, b) => (a ?? -1) - (b ?? -1));
  const rows = classes.map((label) => labels.flatMap((other, i) => (other === label ? [i] : [])));
  const equal = rows.every((row) => row.length === rows[0]!.length);
  const aRowEach = equal && classes.length > 1 && classes.length <= MOST_ROWS;
  const columns = aRowEach ? rows[0]!.length : squareColumns(images.count);
  return encodePng(imageGrid(pick(images, rows.flat()), columns));
}
