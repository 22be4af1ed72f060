/** A Householder reflection H = I − factor u uᵀ. */
export interface Reflection {
  readonly factor: number;
  /** H x is this, then zeros. */
  readonly alpha: number;
}

/**
 * The reflection that leaves only the first element of x = values[from..to): values become its u, which begins with 1, or
 * zeros where there is nothing to do (Golub and Van Loan 2013, algorithm 5.1.1).
 */
export function reflect(values: Float64Array, from: number, to: number): Reflection {
  const first = values[from]!;
  let largest = 0;
  for (let i = from + 1; i < to; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) {
    values.fill(0, from, to);
    return { factor: 0, alpha: first };
  }
  largest = Math.max(largest, Math.abs(first));
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i]! / largest) ** 2;
  const norm = largest * Math.sqrt(sum);
  const alpha = first > 0 ? -norm : norm;
  const scale = first - alpha;
  for (let i = from + 1; i < to; i++) values[i]! /= scale;
  values[from] = 1;
  return { factor: -scale / alpha, alpha };
}
