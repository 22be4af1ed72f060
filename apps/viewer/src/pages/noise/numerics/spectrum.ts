import type { Planes } from './planes';

/**
 * How strong picture and noise are at each fineness. Coefficients of a cosine transform are gathered in rings: ring r
 * holds frequencies whose distance from 0 rounds to r half waves per side, from r = 0, which holds the mean alone.
 * A detail of half a wave is side / r pixels wide.
 */
export interface RingSums {
  readonly side: number;
  /** How many coefficients a ring has. */
  readonly counts: Float64Array;
  /** For each plane, by ring: the sum of squares of the picture's coefficients. */
  readonly picture: readonly Float64Array[];
  /** For each plane, by ring: the sum of squares of the noise's coefficients. */
  readonly noise: readonly Float64Array[];
  /** For each plane, by ring: the sum of their products. */
  readonly both: readonly Float64Array[];
  /** For each plane the {@link powerSpectrum} of the picture. */
  readonly power: readonly Float64Array[];
}

/** The number of rings of a square, its corner among them. */
export const ringCount = (side: number): number => ringOf(side - 1, side - 1) + 1;

/** The ring of a coefficient. */
const ringOf = (i: number, j: number): number => Math.round(Math.sqrt(i * i + j * j));

/** For each coefficient of a square its ring. */
export function ringMap(side: number): Uint16Array {
  const rings = new Uint16Array(side * side);
  for (let i = 0, at = 0; i < side; i++) for (let j = 0; j < side; j++) rings[at++] = ringOf(i, j);
  return rings;
}

/** How far smoothing reaches: from a ring over and down to this part of it. */
const REACH = 1.1;

/**
 * The power spectrum: mean square of a coefficient by ring, from 1 on, smoothed over a tenth of the frequency to either
 * side; ring 0, the mean of the picture, is 0. White noise of variance v has the spectrum v everywhere.
 */
export function powerSpectrum(sums: Float64Array, counts: Float64Array): Float64Array {
  // Running totals, so that each ring costs the same.
  const totals = new Float64Array(sums.length + 1);
  const numbers = new Float64Array(sums.length + 1);
  for (let r = 0; r < sums.length; r++) {
    totals[r + 1] = totals[r]! + sums[r]!;
    numbers[r + 1] = numbers[r]! + counts[r]!;
  }
  return sums.map((_, r) => {
    if (r === 0) return 0;
    const low = Math.ceil(r / REACH);
    const high = Math.min(sums.length - 1, Math.floor(r * REACH));
    return (totals[high + 1]! - totals[low]!) / (numbers[high + 1]! - numbers[low]!);
  });
}

/** Sums over rings of the coefficients of a picture and of a draw of noise. */
export function ringSums(picture: Planes, noise: Planes, rings: Uint16Array): RingSums {
  const { side } = picture;
  const empty = () => new Float64Array(ringCount(side));
  const counts = empty();
  for (const ring of rings) counts[ring]!++;
  const products = (a: Planes, b: Planes) =>
    a.planes.map((plane, k) => {
      const other = b.planes[k]!;
      const sums = empty();
      for (let i = 0; i < rings.length; i++) sums[rings[i]!]! += plane[i]! * other[i]!;
      return sums;
    });
  const squares = products(picture, picture);
  return {
    side,
    counts,
    picture: squares,
    noise: products(noise, noise),
    both: products(picture, noise),
    power: squares.map((sums) => powerSpectrum(sums, counts)),
  };
}

/** Where picture and noise are equally strong. */
export interface Crossing {
  /** In half waves per side; undefined where the picture is stronger, or weaker, throughout. */
  readonly ring: number | undefined;
  /** Whether anything is stronger than the noise. */
  readonly seen: boolean;
}

/**
 * The frequency from which on the spectrum stays below `floor`, between rings by their logarithms. Only up to the finest
 * stripes that pixels can carry along a side: beyond are corners, with diagonal frequencies alone.
 */
export function crossing(spectrum: Float64Array, floor: number, side: number): Crossing {
  let last = Math.min(side, spectrum.length - 1);
  if (spectrum[last]! >= floor) return { ring: undefined, seen: true };
  while (last > 0 && spectrum[last]! < floor) last--;
  if (last === 0) return { ring: undefined, seen: false };
  const [above, below] = [Math.log(spectrum[last]!), Math.log(spectrum[last + 1]!)];
  const share = Number.isFinite(below) ? (above - Math.log(floor)) / (above - below) : 0;
  return { ring: last * (1 + 1 / last) ** share, seen: true };
}
