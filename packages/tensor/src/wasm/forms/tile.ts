import { type Body, f32x4, i32, type Variable, v128 } from '../assembler';
import { endBasicBlock } from '../basic-block';
import type { Int, Vector } from './form';

/** Columns of a tile: two vectors. */
export const COLUMNS = 8;
/** Rows of a tile, whatever becomes of its sums: with 6 loaded vectors they fit into the 15 registers that V8 has. */
export const ROWS = 4;
/**
 * Rows of a tile whose sums are stored as they are, with relaxed SIMD. A multiply-add ends four cycles after it began and two
 * begin in each: eight sums only just keep a core busy, twelve do. What is read or computed behind such a tile, and products
 * that need a register of their own, take those of the sums, which then go through memory at half the speed.
 */
export const MOST_ROWS = 6;

/** A tile of a product Σ_k A[row, k]·B[k, column]; strides in elements. */
export interface Tile {
  /** At most {@link ROWS}, or {@link MOST_ROWS}. */
  readonly rows: number;
  /** At most {@link COLUMNS}; four at a time are loaded and summed, so that the last vector may have lanes of no use. */
  readonly columns: number;
  readonly rowStride: number;
  readonly depthStrideA: number;
  /** The columns of B are neighbours. */
  readonly depthStrideB: number;
  /** Whether the runtime multiplies and adds in one instruction. */
  readonly relaxed: boolean;
}

/**
 * Sums of a tile, [row][vector], from address `a` of A[0, 0] and `right` of B[0, 0] on. Each goes from the first step to the last.
 * @param depth steps, at least one
 */
export function tileSums(b: Body, tile: Tile, a: Int, right: Int, depth: Int | number): Variable<'v128'>[][] {
  const { rows, columns, relaxed } = tile;
  const vectors = Math.ceil(columns / 4);
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => b.variable(f32x4.splat(0))));
  const [pa, pb] = [b.variable(a), b.variable(right)];
  const end = b.let(i32.add(pb, i32.mul(depth, 4 * tile.depthStrideB)));
  b.block((leave) =>
    b.loop((again) => {
      const ys = Array.from({ length: vectors }, (_, c) => b.let(v128.load(pb, 16 * c)));
      for (const [r, line] of sums.entries()) {
        // The loads of at most this many rows fit into the registers together.
        if (r > 0 && rows > ROWS) endBasicBlock(b, leave, pa);
        const x = b.let(v128.load32Splat(pa, 4 * r * tile.rowStride));
        for (const [c, sum] of line.entries()) {
          const y = ys[c]!;
          b.set(sum, relaxed ? f32x4.relaxedMadd(x, y, sum) : f32x4.add(f32x4.mul(x, y), sum));
        }
      }
      b.set(pa, i32.add(pa, 4 * tile.depthStrideA));
      b.set(pb, i32.add(pb, 4 * tile.depthStrideB));
      b.branch(again, i32.ne(pb, end));
    }),
  );
  return sums;
}

/** Writes the first `lanes` of four floats to an address and behind it. */
export function storeLanes(b: Body, address: Int, value: Vector, lanes: number): void {
  if (lanes === 4) {
    b.store(address, value);
    return;
  }
  const [at, named] = [b.let(address), b.let(value)];
  for (const lane of ([0, 1, 2] as const).slice(0, lanes)) b.storeLane(at, named, lane, 4 * lane);
}

/** Lengths that a dimension of `total` is cut into by tiles of `most`: the usual one, and that of the last where it differs. */
export const tileLengths = (total: number, most: number): number[] =>
  total % most === 0 ? [most] : total < most ? [total] : [most, total % most];

/** Writes the last of the variants for the last tile, and the first for all others. */
export function eitherLength(b: Body, isLast: Int, lengths: readonly number[], write: (length: number) => void): void {
  const [first, last] = lengths as [number, number?];
  if (last === undefined) write(first);
  else
    b.if(
      isLast,
      () => write(last),
      () => write(first),
    );
}
