import type { Pieces } from '../task';

/** Numbers in 32 or 64 bits; every sum is in 64. */
export type Reals = Float32Array | Float64Array;

/** A matrix that lies in an array: element (i, k) is at `offset + i·rowStride + k·depthStride`. */
export interface Operand {
  readonly data: Reals;
  readonly offset?: number;
  readonly rowStride: number;
  readonly depthStride: number;
}

export interface Product {
  /** Row-major: element (i, j) is at `offset + i·stride + j`. */
  readonly to: { readonly data: Float64Array; readonly offset?: number; readonly stride: number };
  readonly a: Operand;
  readonly b: Operand;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly sign?: 1 | -1;
  /** Compute only j ≤ i (`lower`) or j ≥ i (`upper`); elements beyond are left as they are. */
  readonly only?: 'lower' | 'upper';
  /** Row i of `a` is zero before column i, and need not be so in memory. */
  readonly triangular?: boolean;
}

/** Side of the tile that the innermost loop keeps in registers. */
const TILE = 4;
/** Depth, rows of a and rows of b of a block: 128 KiB and 512 KiB, for the second-level cache. */
const DEPTH = 256;
const ROWS = 64;
const COLUMNS = 256;

/** Rows [from, from + count) over [start, start + depth), as [tile][depth][4], with zeros for rows that are not there. */
function pack(to: Float64Array, operand: Operand, from: number, count: number, start: number, depth: number): void {
  const { data, offset = 0, rowStride, depthStride } = operand;
  for (let tile = 0; tile < count; tile += TILE) {
    const base = tile * depth;
    for (let r = 0; r < TILE; r++) {
      if (tile + r >= count) {
        for (let k = 0; k < depth; k++) to[base + k * TILE + r] = 0;
        continue;
      }
      let at = offset + (from + tile + r) * rowStride + start * depthStride;
      for (let k = 0; k < depth; k++, at += depthStride) to[base + k * TILE + r] = data[at]!;
    }
  }
}

/** sums [4, 4] = Σ over `depth` of packed a and b. */
function multiplyTile(
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  depth: number,
  sums: Float64Array,
): void {
  let i = fromA;
  let j = fromB;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let k = 0; k < depth; k++) {
    const b0 = b[j]!;
    const b1 = b[j + 1]!;
    const b2 = b[j + 2]!;
    const b3 = b[j + 3]!;
    j += TILE;
    let x = a[i]!;
    s00 += x * b0;
    s01 += x * b1;
    s02 += x * b2;
    s03 += x * b3;
    x = a[i + 1]!;
    s10 += x * b0;
    s11 += x * b1;
    s12 += x * b2;
    s13 += x * b3;
    x = a[i + 2]!;
    s20 += x * b0;
    s21 += x * b1;
    s22 += x * b2;
    s23 += x * b3;
    x = a[i + 3]!;
    s30 += x * b0;
    s31 += x * b1;
    s32 += x * b2;
    s33 += x * b3;
    i += TILE;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
  sums[8] = s20;
  sums[9] = s21;
  sums[10] = s22;
  sums[11] = s23;
  sums[12] = s30;
  sums[13] = s31;
  sums[14] = s32;
  sums[15] = s33;
}

const upTo = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/**
 * to += sign · a bᵀ, in float64, blocked for the caches. a is [rows, depth], b is [columns, depth]. The order of every
 * sum depends on the shapes alone.
 */
export function* addProduct(product: Product): Pieces<void> {
  const { a, b, columns, depth, only, rows, sign = 1, to, triangular = false } = product;
  const { data, offset = 0, stride } = to;
  const depthBlock = Math.min(DEPTH, depth);
  const packedA = new Float64Array(upTo(Math.min(ROWS, rows), TILE) * depthBlock);
  const packedB = new Float64Array(upTo(Math.min(COLUMNS, columns), TILE) * depthBlock);
  const sums = new Float64Array(TILE * TILE);

  const addBlock = (i0: number, m: number, j0: number, n: number, k0: number, length: number) => {
    for (let j = 0; j < n; j += TILE) {
      for (let i = 0; i < m; i += TILE) {
        const row = i0 + i;
        const column = j0 + j;
        if (only === 'lower' && row + TILE <= column) continue;
        if (only === 'upper' && row >= column + TILE) continue;
        const skip = triangular ? Math.min(Math.max(0, row - k0), length) : 0;
        multiplyTile(packedA, i * length + skip * TILE, packedB, j * length + skip * TILE, length - skip, sums);
        const endRow = Math.min(TILE, m - i);
        const endColumn = Math.min(TILE, n - j);
        for (let r = 0; r < endRow; r++) {
          const first = only === 'upper' ? Math.max(0, row + r - column) : 0;
          const last = only === 'lower' ? Math.min(endColumn, row + r - column + 1) : endColumn;
          const at = offset + (row + r) * stride + column;
          for (let c = first; c < last; c++) data[at + c]! += sign * sums[r * TILE + c]!;
        }
      }
    }
  };

  for (let k0 = 0; k0 < depth; k0 += DEPTH) {
    const length = Math.min(DEPTH, depth - k0);
    const rowsHere = triangular ? Math.min(rows, k0 + length) : rows;
    for (let j0 = 0; j0 < columns; j0 += COLUMNS) {
      const n = Math.min(COLUMNS, columns - j0);
      const firstRow = only === 'lower' ? j0 - (j0 % ROWS) : 0;
      const endRow = only === 'upper' ? Math.min(rowsHere, j0 + n) : rowsHere;
      if (firstRow >= endRow) continue;
      pack(packedB, b, j0, n, k0, length);
      for (let i0 = firstRow; i0 < endRow; i0 += ROWS) {
        const m = Math.min(ROWS, endRow - i0);
        pack(packedA, a, i0, m, k0, length);
        // Where rows start behind the block's depth, what lies before is multiplied by what is not there.
        if (triangular) clearBefore(packedA, i0, m, k0, length);
        addBlock(i0, m, j0, n, k0, length);
        yield m * n * length;
      }
    }
  }
}

/** Zeros for columns k < i of packed rows, within tiles: whole tiles are skipped by their first row. */
function clearBefore(packed: Float64Array, i0: number, m: number, k0: number, length: number): void {
  for (let i = 0; i < m; i++) {
    const tile = i - (i % TILE);
    const end = Math.min(length, i0 + i - k0);
    for (let k = Math.max(0, i0 + tile - k0); k < end; k++) packed[tile * length + k * TILE + (i % TILE)] = 0;
  }
}
