import { type Draw, drawOf } from './draws';
import { type Images, imageGrid, squareColumns } from './grid';
import { encodePng } from './png';

/** Rows of a grid when there are more classes. */
const MOST_ROWS = 10;

/** Samples of each class in the grids of a run. */
const COLUMNS = 4;
/** Samples in the grids of a run without classes. */
const UNLABELLED = 16;

/** What the grids of a run show: some seeds of each of the first classes, the same all through the run. */
export function gridDraw(classes: number): Draw {
  if (classes === 0)
    return drawOf(
      Array.from({ length: UNLABELLED }, (_, i) => i),
      [null],
    );
  const rows = Math.min(classes, MOST_ROWS);
  const cells = Array.from({ length: rows * COLUMNS }, (_, i) => ({
    row: Math.floor(i / COLUMNS),
    column: i % COLUMNS,
  }));
  return { seeds: cells.map(({ column, row }) => row + classes * column), labels: cells.map(({ row }) => row) };
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

/** A PNG with one row for each class, in the order of the classes; without classes about a square. */
export function classGridPng(images: Images, labels: readonly (number | null)[]): Uint8Array {
  const classes = [...new Set(labels)].sort((a, b) => (a ?? -1) - (b ?? -1));
  const rows = classes.map((label) => labels.flatMap((other, i) => (other === label ? [i] : [])));
  const equal = classes.length > 1 && rows.every((row) => row.length === rows[0]!.length);
  if (!equal) return encodePng(imageGrid(images, squareColumns(images.count)));
  return encodePng(imageGrid(pick(images, rows.flat()), rows[0]!.length));
}
