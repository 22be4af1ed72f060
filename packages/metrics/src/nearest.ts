import type { FeatureSet } from './moments';
import { DISTANCE_ERROR, pairsWork, squaredDistance, squaredNorms, visitPairs } from './pairs';
import type { Pieces } from './task';

/** The nearest vectors of a set, for each vector of another or of the same. */
export interface Neighbours {
  /** [count, k], nearest first. */
  readonly indices: Int32Array;
  /** Squared distances, [count, k]. */
  readonly squared: Float64Array;
}

/** Keeps the k smallest of what comes; equal ones in the order of their index. */
class Smallest {
  readonly squared: Float64Array;
  readonly indices: Int32Array;

  constructor(
    count: number,
    private readonly k: number,
  ) {
    this.squared = new Float64Array(count * k).fill(Infinity);
    this.indices = new Int32Array(count * k).fill(-1);
  }

  /** The largest that is kept of a row. */
  limit(row: number): number {
    return this.squared[row * this.k + this.k - 1]!;
  }

  offer(row: number, value: number, index: number): void {
    const { indices, k, squared } = this;
    const start = row * k;
    let at = start + k - 1;
    if (value > squared[at]! || (value === squared[at]! && index > indices[at]!)) return;
    for (; at > start; at--) {
      const before = squared[at - 1]!;
      if (before < value || (before === value && indices[at - 1]! < index)) break;
      squared[at] = before;
      indices[at] = indices[at - 1]!;
    }
    squared[at] = value;
    indices[at] = index;
  }
}

/**
 * The k nearest vectors of `among` for each of `from`, exact: by scalar products, and where their rounding could decide, by
 * the differences themselves. Of a set with itself, a vector is not its own neighbour.
 * @param k below the number of vectors there are to choose from
 */
export function* nearestPieces(from: FeatureSet, among: FeatureSet, k: number): Pieces<Neighbours> {
  const same = from === among;
  const normsFrom = squaredNorms(from);
  const normsAmong = same ? normsFrom : squaredNorms(among);
  const smallest = new Smallest(from.count, k);
  yield* visitPairs(from, among, ({ columns, dots, firstColumn, firstRow, rows }) => {
    const mirrored = same && firstColumn > firstRow;
    for (let r = 0; r < rows; r++) {
      const i = firstRow + r;
      const norm = normsFrom[i]!;
      for (let c = 0; c < columns; c++) {
        const j = firstColumn + c;
        if (same && i === j) continue;
        const sum = norm + normsAmong[j]!;
        const least = sum - 2 * dots[r * columns + c]! - DISTANCE_ERROR * sum;
        const wanted = least <= smallest.limit(i);
        const wantedBack = mirrored && least <= smallest.limit(j);
        if (!wanted && !wantedBack) continue;
        const exact = squaredDistance(from, i, among, j);
        if (wanted) smallest.offer(i, exact, j);
        if (wantedBack) smallest.offer(j, exact, i);
      }
    }
  });
  return smallest;
}

/** Multiply-adds of {@link nearestPieces}. */
export const nearestWork = pairsWork;
