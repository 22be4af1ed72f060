import type { FloatImage } from '@noisesmith/data';
import { toColours } from '../numerics/planes';
import { clamp, normalField } from './fields';

/** Normal random fields, whose power falls with about the square of the frequency: for these nothing beats a linear filter. */
export function clouds(side: number): FloatImage {
  const field = (slope: number, spread: number, seed: number) =>
    normalField(side, slope, seed).map((value) => value * spread);
  const { planes } = toColours({ side, planes: [field(2.2, 0.27, 11), field(2.8, 0.1, 12), field(2.8, 0.035, 13)] });
  const data = new Float32Array(side * side * 3);
  planes.forEach((plane, k) => {
    for (let i = 0, o = k; i < plane.length; i++, o += 3) data[o] = clamp(0.5 + plane[i]!);
  });
  return { width: side, height: side, channels: 3, data };
}
