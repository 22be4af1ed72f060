import { addProduct } from './linear/product';
import type { FeatureSet } from './moments';
import type { Pieces } from './task';

/** Scalar products of some rows of one set with some rows of another. */
export interface PairTile {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly dots: Float64Array;
}

/** Rows of each set that are compared at a time: 2 MiB of products, whatever the sizes of the sets. */
const TILE = 512;

/** Multiply-adds of {@link visitPairs}. */
export const pairsWork = (a: FeatureSet, b: FeatureSet): number =>
  a.count * b.count * a.size * (a === b && a.count > TILE ? 0.5 : 1);

/**
 * Goes through all pairs of vectors, tile by tile. Of a set with itself only those tiles that do not lie below the diagonal;
 * a tile on it has all its pairs.
 */
export function* visitPairs(a: FeatureSet, b: FeatureSet, visit: (tile: PairTile) => void): Pieces<void> {
  const { size } = a;
  const buffer = new Float64Array(Math.min(TILE, a.count) * Math.min(TILE, b.count));
  for (let firstRow = 0; firstRow < a.count; firstRow += TILE) {
    const rows = Math.min(TILE, a.count - firstRow);
    for (let firstColumn = a === b ? firstRow : 0; firstColumn < b.count; firstColumn += TILE) {
      const columns = Math.min(TILE, b.count - firstColumn);
      const dots = buffer.subarray(0, rows * columns).fill(0);
      yield* addProduct({
        to: { data: dots, stride: columns },
        a: { data: a.rows, offset: firstRow * size, rowStride: size, depthStride: 1 },
        b: { data: b.rows, offset: firstColumn * size, rowStride: size, depthStride: 1 },
        rows,
        columns,
        depth: size,
      });
      visit({ firstRow, rows, firstColumn, columns, dots });
    }
  }
}

/** |x|² of each vector. */
export function squaredNorms({ count, rows, size }: FeatureSet): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += rows[i]! ** 2;
    return sum;
  });
}

/** |x − y|² of two vectors, without cancellation. */
export function squaredDistance(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const { size } = a;
  let sum = 0;
  for (let k = 0; k < size; k++) sum += (a.rows[i * size + k]! - b.rows[j * size + k]!) ** 2;
  return sum;
}

/** How far |x|² + |y|² − 2 x·y may be off, beside |x|² + |y|². */
export const DISTANCE_ERROR = 1e-12;
