import type { Moments } from '@noisesmith/metrics';
import { normalSource, uniformSource } from '../random-batch';

/** Two means and covariances, and their distance, which is known. */
export interface FrechetPair {
  readonly a: Moments;
  readonly b: Moments;
  readonly distance: number;
}

const SEED = 11;
/** Of eigenvalues from the largest to the smallest. */
const RANGE = 1e6;

/**
 * Covariances Q·D·Qᵀ and Q·E·Qᵀ with a common Q, the product of two reflections: dense, and of which the distance is
 * |m − n|² + Σ(√d − √e)² by its definition, since they commute.
 */
export function frechetPair(size: number): FrechetPair {
  const normal = normalSource(uniformSource(SEED));
  const vector = (): Float64Array => Float64Array.from({ length: size }, normal);
  const reflections = [vector(), vector()];
  const spectrum = (): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => Math.exp(0.5 * normal()) * RANGE ** (-i / size));
  const [d, e, m, n] = [spectrum(), spectrum(), vector(), vector()];
  let distance = 0;
  for (let i = 0; i < size; i++) distance += (m[i]! - n[i]!) ** 2 + (Math.sqrt(d[i]!) - Math.sqrt(e[i]!)) ** 2;
  const moments = (mean: Float64Array, eigenvalues: Float64Array): Moments => ({
    mean,
    covariance: reflections.reduce((matrix, v) => reflected(matrix, v), diagonal(eigenvalues)),
  });
  return { a: moments(m, d), b: moments(n, e), distance };
}

function diagonal(values: Float64Array): Float64Array {
  const size = values.length;
  const out = new Float64Array(size * size);
  values.forEach((value, i) => {
    out[i * (size + 1)] = value;
  });
  return out;
}

/** H·A·H with H = 1 − 2vvᵀ/|v|², of a symmetric A: A − vpᵀ − pvᵀ with p = 2Av/|v|² − 2(vᵀAv)v/|v|⁴. */
function reflected(a: Float64Array, v: Float64Array): Float64Array {
  const size = v.length;
  const scale = 2 / v.reduce((sum, x) => sum + x * x, 0);
  const p = Float64Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += a[i * size + j]! * v[j]!;
    return scale * sum;
  });
  const along = 0.5 * scale * v.reduce((sum, x, i) => sum + x * p[i]!, 0);
  for (let i = 0; i < size; i++) p[i]! -= along * v[i]!;
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) out[i * size + j] = a[i * size + j]! - v[i]! * p[j]! - p[i]! * v[j]!;
  }
  return out;
}
