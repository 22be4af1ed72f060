import { MetricError } from './errors';
import { addProduct, type Reals } from './linear/product';
import { checkFeatures, type FeatureSet, type Moments } from './moments';
import type { Pieces } from './task';

/** As many vectors are centred at a time. */
const CHUNK = 256;

/** One vector after another of what is added. */
function rowsOf(rows: Reals, size: number): number {
  const count = rows.length / size;
  if (!Number.isSafeInteger(count)) throw new MetricError(`${rows.length} numbers are no vectors of ${size} features`);
  return count;
}

/**
 * Mean and covariance of feature vectors that come in batches, in float64. Sums of squares are kept about the mean
 * (Chan, Golub and LeVeque 1979), so that no digits cancel where means are large; batches and whole shards are joined
 * exactly but for rounding. Memory: size² numbers.
 */
export class FeatureStatistics {
  #count = 0;
  readonly #mean: Float64Array;
  /** Upper triangle of Σ (x − mean)(x − mean)ᵀ. */
  readonly #squares: Float64Array;

  /** @param size length of a feature vector */
  constructor(readonly size: number) {
    if (!Number.isSafeInteger(size) || size < 1) throw new MetricError(`features of size ${size}`);
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size * size);
  }

  /** Of vectors [count, size] in memory. */
  static of(rows: Reals, size: number): FeatureStatistics {
    const statistics = new FeatureStatistics(size);
    statistics.add(rows);
    return statistics;
  }

  /** How many vectors have been added. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param rows [any, size]
   * @throws MetricError for a number that is none, with its row among those ever added; nothing is added then
   */
  add(rows: Reals): void {
    for (const _ of this.adding(rows));
  }

  /** Takes in what another accumulator has seen. @throws MetricError for features of another size */
  merge(other: FeatureStatistics): void {
    if (other.size !== this.size) {
      throw new MetricError(`statistics of ${other.size} features cannot be merged with those of ${this.size}`);
    }
    if (other.#count === 0) return;
    const total = this.#count + other.#count;
    const scale = (this.#count * other.#count) / total;
    const difference = Float64Array.from(other.#mean, (value, i) => value - this.#mean[i]!);
    for (let i = 0; i < this.size; i++) {
      const row = i * this.size;
      const factor = scale * difference[i]!;
      for (let j = i; j < this.size; j++) {
        this.#squares[row + j]! += other.#squares[row + j]! + factor * difference[j]!;
      }
    }
    difference.forEach((value, i) => {
      this.#mean[i]! += (value * other.#count) / total;
    });
    this.#count = total;
  }

  /** @throws MetricError before there are two vectors */
  moments(): Moments {
    const { size } = this;
    if (this.#count < 2) throw new MetricError(`${this.#count} feature vectors; a covariance takes at least 2`);
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) {
        const value = this.#squares[i * size + j]! / (this.#count - 1);
        covariance[i * size + j] = value;
        covariance[j * size + i] = value;
      }
    }
    return { count: this.#count, mean: this.#mean.slice(), covariance };
  }

  /** {@link add} in pieces. */
  *adding(rows: Reals): Pieces<void> {
    const { size } = this;
    const count = rowsOf(rows, size);
    if (count === 0) return;
    checkFeatures({ rows, count, size }, this.#count === 0 ? 'features' : `features after row ${this.#count - 1}`, 0);
    for (let from = 0; from < count; from += CHUNK) {
      yield* this.#addChunk(rows.subarray(from * size, Math.min(count, from + CHUNK) * size));
    }
  }

  *#addChunk(rows: Reals): Pieces<void> {
    const { size } = this;
    const count = rows.length / size;
    const mean = new Float64Array(size);
    for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) mean[j]! += rows[i * size + j]!;
    for (let j = 0; j < size; j++) mean[j]! /= count;
    // Centred rows, and one more that stands for the distance of the two means.
    const centred = new Float64Array((count + 1) * size);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < size; j++) centred[i * size + j] = rows[i * size + j]! - mean[j]!;
    }
    const total = this.#count + count;
    const root = Math.sqrt((this.#count * count) / total);
    for (let j = 0; j < size; j++) {
      const difference = mean[j]! - this.#mean[j]!;
      centred[count * size + j] = root * difference;
      this.#mean[j]! += (difference * count) / total;
    }
    this.#count = total;
    const operand = { data: centred, rowStride: 1, depthStride: size };
    yield* addProduct({
      to: { data: this.#squares, stride: size },
      a: operand,
      b: operand,
      rows: size,
      columns: size,
      depth: count + 1,
      only: 'upper',
    });
  }
}

/** Moments of a set in memory, in pieces. */
export function* statisticsPieces(set: FeatureSet): Pieces<Moments> {
  checkFeatures(set, 'features');
  const statistics = new FeatureStatistics(set.size);
  yield* statistics.adding(set.rows);
  return statistics.moments();
}

/** Moments of a set in memory. @throws MetricError for fewer than two vectors, or a number that is none */
export function momentsOf(set: FeatureSet): Moments {
  checkFeatures(set, 'features');
  return FeatureStatistics.of(set.rows, set.size).moments();
}
