import type { Mixture } from './noised';
import type { Planes } from './planes';
import { BASE } from './sizes';

/** Which part of the picture the panels show: a square of `part` of its side, its corner on the grid of 64 × 64 cells. */
export interface View {
  readonly part: 1 | 0.25;
  /** The left and upper edge, in cells: whole numbers from 0 to (1 − part) 64. */
  readonly left: number;
  readonly top: number;
}

/** The pixels of a view, of which there are as many as there are, or `points` a side: means over blocks. */
export function cut(image: Planes, { part, left, top }: View, points: number): Planes {
  const { side } = image;
  const width = side * part;
  const block = Math.max(1, width / points);
  const out = width / block;
  const corner = (top * side + left) * (side / BASE);
  const averaged = (plane: Float32Array) => {
    const target = new Float32Array(out * out);
    for (let y = 0; y < width; y++) {
      const row = Math.floor(y / block) * out;
      const from = corner + y * side;
      for (let x = 0; x < width; x++) target[row + Math.floor(x / block)]! += plane[from + x]!;
    }
    return target.map((sum) => sum / (block * block));
  };
  return { side: out, planes: [averaged(image.planes[0]), averaged(image.planes[1]), averaged(image.planes[2])] };
}

/** Standard deviation over height, width and channels of a mixture. */
function deviationOf(x: Planes, e: Planes, { alpha, sigma }: Mixture): number {
  let sum = 0;
  let squares = 0;
  x.planes.forEach((plane, k) => {
    const noise = e.planes[k]!;
    for (let i = 0; i < plane.length; i++) {
      const value = alpha * plane[i]! + sigma * noise[i]!;
      sum += value;
      squares += value * value;
    }
  });
  const count = 3 * x.planes[0].length;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** What x_t is multiplied by to have, on the screen, the contrast of the clean picture; 1 where either has none. */
export function screenContrast(x: Planes, e: Planes, mixture: Mixture): number {
  const clean = deviationOf(x, e, { alpha: 1, sigma: 0 });
  const noised = deviationOf(x, e, mixture);
  return clean > 0 && noised > 0 ? clean / noised : 1;
}

/** Red, green, blue and alpha of what is seen where −1 is black and 1 is white; what lies beyond is black or white. */
export function paint(
  x: Planes,
  e: Planes | undefined,
  { alpha, sigma }: Mixture,
  contrast: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(x.side * x.side * 4).fill(255);
  x.planes.forEach((plane, k) => {
    const noise = e?.planes[k];
    for (let i = 0, o = k; i < plane.length; i++, o += 4) {
      const value = alpha * plane[i]! + (noise === undefined ? 0 : sigma * noise[i]!);
      pixels[o] = 127.5 * (1 + contrast * value);
    }
  });
  return pixels;
}
