import type { FloatImage } from '@noisesmith/data';
import { clamp, createUniform } from './fields';

type Point = readonly [number, number];

/** Points of an arc about a centre, angles in turns, from the right downwards. */
function arc(x: number, y: number, width: number, height: number, from: number, to: number): Point[] {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / steps);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

/** The strokes of the ten digits in a box of 1 × 1, y downwards. */
const strokes: readonly (readonly Point[])[][] = [
  [arc(0.5, 0.5, 0.26, 0.4, 0, 1)],
  [
    [
      [0.36, 0.24],
      [0.54, 0.1],
      [0.54, 0.9],
    ],
  ],
  [[...arc(0.5, 0.33, 0.25, 0.23, 0.5, 1.08), [0.25, 0.9], [0.77, 0.9]]],
  [[...arc(0.48, 0.3, 0.23, 0.2, 0.55, 1.22)], [...arc(0.48, 0.69, 0.27, 0.21, -0.22, 0.45)]],
  [
    [
      [0.62, 0.9],
      [0.62, 0.1],
      [0.22, 0.63],
      [0.8, 0.63],
    ],
  ],
  [
    [
      [0.74, 0.1],
      [0.34, 0.1],
      [0.3, 0.45],
    ],
    [...arc(0.48, 0.64, 0.28, 0.26, -0.36, 0.42)],
  ],
  [
    [
      [0.66, 0.1],
      [0.34, 0.42],
      [0.25, 0.66],
    ],
    arc(0.5, 0.67, 0.25, 0.23, 0, 1),
  ],
  [
    [
      [0.22, 0.1],
      [0.78, 0.1],
      [0.42, 0.9],
    ],
  ],
  [arc(0.5, 0.3, 0.21, 0.2, 0, 1), arc(0.5, 0.7, 0.26, 0.2, 0, 1)],
  [
    arc(0.5, 0.33, 0.25, 0.23, 0, 1),
    [
      [0.75, 0.33],
      [0.66, 0.62],
      [0.36, 0.9],
    ],
  ],
];

/** Distance of a point from a stretch between two. */
function distance(x: number, y: number, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const share = clamp(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy));
  const u = x - a[0] - share * dx;
  const v = y - a[1] - share * dy;
  return Math.sqrt(u * u + v * v);
}

/** How many digits stand side by side. */
const perSide = 8;

/** Digits written by a pen that shakes, 8 × 8: fine strokes on flat ground, and little else. */
export function digits(side: number): FloatImage {
  const uniform = createUniform(31);
  const cell = side / perSide;
  const data = new Float32Array(side * side * 3);
  for (let row = 0; row < perSide; row++) {
    for (let column = 0; column < perSide; column++) {
      const digit = Math.floor(uniform() * 10);
      const [slant, size] = [0.35 * (uniform() - 0.4), 0.74 + 0.16 * uniform()];
      const [moveX, moveY] = [0.08 * (uniform() - 0.5), 0.08 * (uniform() - 0.5)];
      const pen = 0.035 + 0.03 * uniform();
      const ink = 0.86 + 0.14 * uniform();
      const lines = strokes[digit]!.map((line) =>
        line.map(
          ([x, y]): Point => [
            0.5 + moveX + size * (x - 0.5 - slant * (y - 0.5) + 0.02 * (uniform() - 0.5)),
            0.5 + moveY + size * (y - 0.5 + 0.02 * (uniform() - 0.5)),
          ],
        ),
      );
      for (let v = 0; v < cell; v++) {
        for (let u = 0; u < cell; u++) {
          const x = (u + 0.5) / cell;
          const y = (v + 0.5) / cell;
          let nearest = 1;
          for (const line of lines) {
            for (let k = 1; k < line.length; k++) nearest = Math.min(nearest, distance(x, y, line[k - 1]!, line[k]!));
          }
          const value = 0.05 + (ink - 0.05) * clamp((pen - nearest) * cell * 0.5 + 0.5);
          const at = 3 * ((row * cell + v) * side + column * cell + u);
          data.fill(value, at, at + 3);
        }
      }
    }
  }
  return { width: side, height: side, channels: 3, data };
}
