/** Columns whose sums are taken at once: of two rows of them the sums stay in registers. */
const COLUMNS = 4;

/**
 * Products of matrices in double precision: a [batch, m, k] times b [batch, k, n], as [batch, m, n]. Every sum is taken
 * from depth 0 on, one product after the other.
 */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  batch: number,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const out = new Float64Array(batch * m * n);
  const panel = new Float64Array(k * COLUMNS);
  for (let g = 0; g < batch; g++) {
    const rows = a.subarray(g * m * k, (g + 1) * m * k);
    const depths = b.subarray(g * k * n, (g + 1) * k * n);
    const sums = out.subarray(g * m * n, (g + 1) * m * n);
    for (let column = 0; column < n; column += COLUMNS) {
      pack(panel, depths, n, column);
      for (let row = 0; row < m; row += 2) {
        // The last of an odd number of rows is taken twice.
        addTile(sums, rows, panel, row, Math.min(row + 1, m - 1), k, n, column);
      }
    }
  }
  return out;
}

/** Four columns of b [k, n] side by side, as [k, 4]; those beyond n are zero. */
function pack(panel: Float64Array, b: Float64Array, n: number, column: number): void {
  const width = Math.min(COLUMNS, n - column);
  if (width < COLUMNS) panel.fill(0);
  for (let p = 0; p < panel.length / COLUMNS; p++) {
    for (let j = 0; j < width; j++) panel[p * COLUMNS + j] = b[p * n + column + j]!;
  }
}

/** Two rows of the product, in the columns of the panel. */
function addTile(
  out: Float64Array,
  a: Float64Array,
  panel: Float64Array,
  upper: number,
  lower: number,
  k: number,
  n: number,
  column: number,
): void {
  let u0 = 0;
  let u1 = 0;
  let u2 = 0;
  let u3 = 0;
  let l0 = 0;
  let l1 = 0;
  let l2 = 0;
  let l3 = 0;
  for (let p = 0; p < k; p++) {
    const u = a[upper * k + p]!;
    const l = a[lower * k + p]!;
    const at = p * COLUMNS;
    const b0 = panel[at]!;
    const b1 = panel[at + 1]!;
    const b2 = panel[at + 2]!;
    const b3 = panel[at + 3]!;
    u0 += u * b0;
    u1 += u * b1;
    u2 += u * b2;
    u3 += u * b3;
    l0 += l * b0;
    l1 += l * b1;
    l2 += l * b2;
    l3 += l * b3;
  }
  const width = Math.min(COLUMNS, n - column);
  const upperSums = [u0, u1, u2, u3];
  const lowerSums = [l0, l1, l2, l3];
  for (let j = 0; j < width; j++) {
    out[upper * n + column + j] = upperSums[j]!;
    out[lower * n + column + j] = lowerSums[j]!;
  }
}
