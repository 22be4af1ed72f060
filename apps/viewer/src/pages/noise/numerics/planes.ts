import type { FloatImage } from '@noisesmith/data';

/** A square colour picture as three planes, row-major [side, side] each. */
export interface Planes {
  readonly side: number;
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

/**
 * One pixel's red, green and blue turned into brightness (R + G + B) / √3 and two differences of colour,
 * (R − B) / √2 and (R − 2G + B) / √6. The turn is orthonormal: energies stay, and independent noise stays independent
 * noise of the same variance, while colours, which mostly rise and fall together, part.
 */
const turn = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [1 / Math.sqrt(2), 0, -1 / Math.sqrt(2)],
  [1 / Math.sqrt(6), -2 / Math.sqrt(6), 1 / Math.sqrt(6)],
] as const;

/** What brightness is called where the three planes are counted. */
export const BRIGHTNESS = 0;

function emptyPlanes(side: number): Planes {
  const plane = () => new Float32Array(side * side);
  return { side, planes: [plane(), plane(), plane()] };
}

/** Applies `turn`, or its inverse, which is its transpose. */
function turned({ side, planes: [a, b, c] }: Planes, back: boolean): Planes {
  const out = emptyPlanes(side);
  out.planes.forEach((plane, k) => {
    const [p, q, r] = back ? [turn[0][k]!, turn[1][k]!, turn[2][k]!] : turn[k]!;
    for (let i = 0; i < plane.length; i++) plane[i] = p * a[i]! + q * b[i]! + r * c[i]!;
  });
  return out;
}

/** Red, green and blue to brightness and two differences of colour. */
export const fromColours = (image: Planes): Planes => turned(image, false);

/** Brightness and two differences of colour to red, green and blue. */
export const toColours = (image: Planes): Planes => turned(image, true);

/** x0 of a picture: samples 0 … 1 become −1 … 1; grey becomes three equal channels. @throws RangeError if not square */
export function imageToPlanes({ width, height, channels, data }: FloatImage): Planes {
  if (width !== height) throw new RangeError(`picture of ${width} × ${height} pixels: expected a square`);
  const out = emptyPlanes(width);
  out.planes.forEach((plane, k) => {
    for (let i = 0, from = channels === 1 ? 0 : k; i < plane.length; i++, from += channels)
      plane[i] = 2 * data[from]! - 1;
  });
  return out;
}

/** Sums 2 × 2 pixels, times `factor`: 1/4 averages a picture, 1/2 keeps the variance of independent noise. */
export function halve({ side, planes }: Planes, factor: number): Planes {
  const out = emptyPlanes(side / 2);
  planes.forEach((plane, k) => {
    const target = out.planes[k]!;
    for (let y = 0, o = 0; y < side; y += 2) {
      for (let x = 0, i = y * side; x < side; x += 2, i += 2) {
        target[o++] = factor * (plane[i]! + plane[i + 1]! + plane[i + side]! + plane[i + side + 1]!);
      }
    }
  });
  return out;
}

/** Brings each plane, in a copy, to where `change` takes it. */
export function mapPlanes({ side, planes }: Planes, change: (plane: Float32Array) => void): Planes {
  const copy = (plane: Float32Array) => {
    const out = plane.slice();
    change(out);
    return out;
  };
  return { side, planes: [copy(planes[0]), copy(planes[1]), copy(planes[2])] };
}
