import type { AttentionOp } from '../ops';

type Values = ArrayLike<number>;
type Results = Map<string, Float64Array>;

/** y, and with dy also dq, dk and dv, in float64; shapes are those of the op. The loop is over every single query. */
export function attention(op: AttentionOp, q: Values, k: Values, v: Values, dy?: Values): Results {
  const { batch, heads, queries, keys, headSize } = op;
  const results: Results = new Map([['y', new Float64Array(q.length)]]);
  if (dy) {
    results.set('dq', new Float64Array(q.length));
    results.set('dk', new Float64Array(k.length));
    results.set('dv', new Float64Array(v.length));
  }
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const keyRows = Array.from({ length: keys }, (_, j) => ((b * keys + j) * heads + h) * headSize);
      for (let i = 0; i < queries; i++) {
        const row = ((b * queries + i) * heads + h) * headSize;
        oneQuery({ row, keyRows, headSize }, { q, k, v, dy }, results);
      }
    }
  }
  return results;
}

interface Rows {
  /** Where the query's row begins, in q, y and dy. */
  row: number;
  /** Where the keys' rows begin, in k and v. */
  keyRows: readonly number[];
  headSize: number;
}

interface Inputs {
  q: Values;
  k: Values;
  v: Values;
  dy: Values | undefined;
}

function oneQuery({ row, keyRows, headSize }: Rows, { q, k, v, dy }: Inputs, results: Results): void {
  const scale = 1 / Math.sqrt(headSize);
  const dot = (x: Values, at: number, y: Values, from: number): number => {
    let sum = 0;
    for (let d = 0; d < headSize; d++) sum += x[at + d]! * y[from + d]!;
    return sum;
  };
  const addScaled = (target: Float64Array, at: number, x: Values, from: number, factor: number): void => {
    for (let d = 0; d < headSize; d++) target[at + d]! += factor * x[from + d]!;
  };

  const logits = keyRows.map((key) => scale * dot(q, row, k, key));
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const weights = exponentials.map((value) => value / total);
  keyRows.forEach((key, j) => {
    addScaled(results.get('y')!, row, v, key, weights[j]!);
  });
  if (!dy) return;

  const slopes = keyRows.map((key) => dot(dy, row, v, key));
  const mean = slopes.reduce((sum, slope, j) => sum + slope * weights[j]!, 0);
  keyRows.forEach((key, j) => {
    const dLogit = scale * weights[j]! * (slopes[j]! - mean);
    addScaled(results.get('dq')!, row, k, key, dLogit);
    addScaled(results.get('dk')!, key, q, row, dLogit);
    addScaled(results.get('dv')!, key, dy, row, weights[j]!);
  });
}
