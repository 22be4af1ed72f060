import { createCosineTransform } from '../numerics/cosine-transform';
import reference from '../numerics/fixtures/numerics.json' with { type: 'json' };
import { mapPlanes, type Planes } from '../numerics/planes';

export { reference };

/** Three planes of a fixture. */
export function planesOf(values: number[][], side = reference.side): Planes {
  const [a, b, c] = values.map((plane) => Float32Array.from(plane)) as [Float32Array, Float32Array, Float32Array];
  return { side, planes: [a, b, c] };
}

/** The cosine transform of each plane. */
export const coefficientsOf = (image: Planes): Planes => mapPlanes(image, createCosineTransform(image.side).forward);

/** The largest difference of two lists of numbers. */
export function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
