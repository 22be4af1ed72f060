/** Coordinate i of n points spread over [0, length]; a single point is at 0. */
const coordinate = (i: number, n: number, length: number): number => (n === 1 ? 0 : (i / (n - 1)) * length);

/** All sines, then all cosines, of position·10000^(−2k/width), k < width/2, written at `offset`. */
export function writeSinCos(out: Float64Array, offset: number, position: number, width: number): void {
  const half = width / 2;
  for (let k = 0; k < half; k++) {
    const angle = position * 10000 ** ((-2 * k) / width);
    out[offset + k] = Math.sin(angle);
    out[offset + half + k] = Math.cos(angle);
  }
}

/** Fixed codes of `n` slots in a row, [n, width], in double precision. `width` is even. */
export function lineCodes(n: number, width: number, length: number): Float64Array {
  const codes = new Float64Array(n * width);
  for (let i = 0; i < n; i++) writeSinCos(codes, i * width, coordinate(i, n, length), width);
  return codes;
}

/**
 * Fixed codes of a grid, [rows·columns, width], row-major, in double precision. The first half of the channels tells the
 * row, the second the column; a grid of one row or column is coded as a line. `width` is a multiple of 4 (2 for a line).
 */
export function gridCodes(rows: number, columns: number, width: number, length: number): Float64Array {
  if (rows === 1 || columns === 1) return lineCodes(rows * columns, width, length);
  const codes = new Float64Array(rows * columns * width);
  const half = width / 2;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = (r * columns + c) * width;
      writeSinCos(codes, at, coordinate(r, rows, length), half);
      writeSinCos(codes, at + half, coordinate(c, columns, length), half);
    }
  }
  return codes;
}
