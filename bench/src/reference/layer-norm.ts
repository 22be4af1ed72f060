import { type LayerNormOp, layerNormEpsilon } from '../ops';

type Values = ArrayLike<number>;

/** y, dx, dgamma and dbeta in float64; shapes are those of the op. */
export function layerNorm(op: LayerNormOp, x: Values, gamma: Values, beta: Values, dy: Values) {
  const { rows, width } = op;
  const y = new Float64Array(rows * width);
  const dx = new Float64Array(rows * width);
  const dgamma = new Float64Array(width);
  const dbeta = new Float64Array(width);
  const columns = Array.from({ length: width }, (_, column) => column);
  const meanOf = (value: (column: number) => number) => columns.reduce((sum, j) => sum + value(j), 0) / width;
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const mean = meanOf((j) => x[at + j]!);
    const variance = meanOf((j) => (x[at + j]! - mean) ** 2);
    const scale = 1 / Math.sqrt(variance + layerNormEpsilon);
    const normed = columns.map((j) => (x[at + j]! - mean) * scale);
    const slopes = columns.map((j) => dy[at + j]! * gamma[j]!);
    const slope = meanOf((j) => slopes[j]!);
    const along = meanOf((j) => slopes[j]! * normed[j]!);
    for (const j of columns) {
      y[at + j] = normed[j]! * gamma[j]! + beta[j]!;
      dx[at + j] = scale * (slopes[j]! - slope - normed[j]! * along);
      dgamma[j]! += dy[at + j]! * normed[j]!;
      dbeta[j]! += dy[at + j]!;
    }
  }
  return new Map([
    ['y', y],
    ['dx', dx],
    ['dgamma', dgamma],
    ['dbeta', dbeta],
  ]);
}
