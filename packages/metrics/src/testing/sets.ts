import { readFileSync } from 'node:fs';
import type { FeatureSet } from '../moments';

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

/** What an independent implementation says of a small example. */
export const tiny = fixture('metrics-tiny.json');
/** What fixtures/make.py says. */
export const reference = fixture('reference.json');

/** A set of vectors given as lists. */
export const setOf = (rows: readonly (readonly number[])[]): FeatureSet => ({
  count: rows.length,
  size: rows[0]!.length,
  rows: Float64Array.from(rows.flat()),
});

/** Uniform numbers of (0, 1), always the same (Numerical Recipes' ranqd1). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Vectors of independent normal numbers with the given mean and spread. */
export function normalSet(count: number, size: number, seed: number, spread = 1, mean = 0): FeatureSet {
  const uniform = uniforms(seed);
  const rows = Float64Array.from({ length: count * size }, () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    return mean + spread * radius * Math.cos(2 * Math.PI * uniform());
  });
  return { count, size, rows };
}

/** Q diag(values) Qᵀ, where Q is a product of reflections that depends on the seed and the size alone. */
export function rotated(values: Float64Array, seed: number, reflections = 4): Float64Array {
  const n = values.length;
  const uniform = uniforms(seed);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = values[i]!;
  for (let r = 0; r < reflections; r++) {
    const raw = Float64Array.from({ length: n }, () => uniform() - 0.5);
    const norm = Math.hypot(...raw);
    const h = raw.map((value) => value / norm);
    const product = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) product[i]! += matrix[i * n + j]! * h[j]!;
    const dot = h.reduce((sum, value, i) => sum + value * product[i]!, 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        matrix[i * n + j]! += 4 * dot * h[i]! * h[j]! - 2 * h[i]! * product[j]! - 2 * product[i]! * h[j]!;
      }
    }
  }
  return matrix;
}
