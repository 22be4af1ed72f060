import { createCosineTransform } from '../numerics/cosine-transform';
import { createBits, fillNormals } from '../numerics/normals';
import { ringMap } from '../numerics/spectrum';

/** A uniform number in [0, 1) at each call. */
export function createUniform(seed: number): () => number {
  const bits = createBits(seed);
  return () => bits() / 2 ** 32;
}

/**
 * A random field, normal at every point, whose power falls as frequency^−slope: 2 is what pictures of nature have. Mean 0,
 * deviation 1. Row-major [side, side].
 */
export function normalField(side: number, slope: number, seed: number): Float32Array {
  const field = new Float32Array(side * side);
  fillNormals(field, seed);
  const rings = ringMap(side);
  let energy = 0;
  for (let i = 0; i < field.length; i++) {
    const ring = rings[i]!;
    field[i] = ring === 0 ? 0 : field[i]! * ring ** (-slope / 2);
    energy += field[i]! ** 2;
  }
  const scale = side / Math.sqrt(energy);
  for (let i = 0; i < field.length; i++) field[i]! *= scale;
  createCosineTransform(side).inverse(field);
  return field;
}

export const clamp = (x: number): number => Math.min(1, Math.max(0, x));

/** From 0 to 1 as x goes from `from` to `to`, smooth at both ends. */
export function smoothStep(from: number, to: number, x: number): number {
  const share = clamp((x - from) / (to - from));
  return share * share * (3 - 2 * share);
}

export type Colour = readonly [number, number, number];

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];
