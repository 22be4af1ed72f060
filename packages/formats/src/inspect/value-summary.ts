import { toFloat32 } from '../half';
import { elementCount, type NdArray } from '../ndarray';

/** What the values of an array are. Numbers of finite values alone; null where there is none. */
export interface ValueSummary {
  readonly count: number;
  readonly nan: number;
  /** Positive and negative infinities. */
  readonly infinite: number;
  readonly zeros: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Standard deviation of these values, not an estimate for others. */
  readonly std: number | null;
}

/** How many values lie in bins of equal width from `from` to `to`, which lies in the last. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

export interface ReadingOptions {
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the elements that were looked at. */
  readonly onProgress?: ((elements: number) => void) | undefined;
}

/** Elements as numbers; doubles as they are, so that a large one is no infinity. Whole numbers beyond 2^53 are rounded. */
export function numbersOf(array: NdArray): ArrayLike<number> {
  if (array.data instanceof BigInt64Array || array.data instanceof BigUint64Array) {
    return Float64Array.from(array.data as ArrayLike<bigint>, Number);
  }
  return array.dtype === 'F16' || array.dtype === 'BF16' ? toFloat32(array) : array.data;
}

async function overPieces(
  pieces: AsyncIterable<NdArray>,
  take: (values: ArrayLike<number>) => void,
  { onProgress, signal }: ReadingOptions,
): Promise<void> {
  let done = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    take(numbersOf(piece));
    done += elementCount(piece.shape);
    onProgress?.(done);
  }
}

/** Goes through an array once; memory does not grow with its size. @throws what reading throws */
export async function summarizeValues(
  pieces: AsyncIterable<NdArray>,
  options: ReadingOptions = {},
): Promise<ValueSummary> {
  let [count, nan, infinite, zeros] = [0, 0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  /** Of finite values: how many, their mean, and the sum of squares about it. Chan, Golub and LeVeque 1979. */
  let [finite, mean, squares] = [0, 0, 0];
  const take = (values: ArrayLike<number>): void => {
    let [many, sum] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) {
        if (Number.isNaN(value)) nan++;
        else infinite++;
        continue;
      }
      many++;
      sum += value;
      if (value === 0) zeros++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    count += values.length;
    if (many === 0) return;
    const middle = sum / many;
    let about = 0;
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) about += (values[i]! - middle) ** 2;
    const apart = middle - mean;
    squares += about + apart * apart * ((finite * many) / (finite + many));
    mean += apart * (many / (finite + many));
    finite += many;
  };
  await overPieces(pieces, take, options);
  const known = finite > 0;
  return {
    count,
    nan,
    infinite,
    zeros,
    min: known ? min : null,
    max: known ? max : null,
    mean: known ? mean : null,
    std: known ? Math.sqrt(squares / finite) : null,
  };
}

/**
 * Counts finite values by bins of equal width; values outside [from, to] are left out. Where all are equal, one bin holds them.
 * @throws RangeError for bounds that are not in order or not finite, or a number of bins that is no whole number >= 1
 */
export async function histogramOfValues(
  pieces: AsyncIterable<NdArray>,
  { bins = 64, from, to, ...options }: ReadingOptions & { from: number; to: number; bins?: number },
): Promise<Histogram> {
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to)) {
    throw new RangeError(`a histogram from ${from} to ${to}, expected two numbers in order`);
  }
  if (!Number.isSafeInteger(bins) || bins < 1) throw new RangeError(`${bins} bins, expected a whole number >= 1`);
  const counts = new Array<number>(from === to ? 1 : bins).fill(0);
  // Halved, so that the width of all doubles is no infinity.
  const half = (to / 2 - from / 2) / counts.length;
  await overPieces(
    pieces,
    (values) => {
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (!(value >= from && value <= to)) continue;
        const bin = half === 0 ? 0 : Math.floor((value / 2 - from / 2) / half);
        counts[Math.min(bin, counts.length - 1)]!++;
      }
    },
    options,
  );
  return { from, to, counts };
}
