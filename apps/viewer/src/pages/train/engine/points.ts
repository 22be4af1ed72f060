/** A set of points of the unit square, [x0, y0, x1, y1, …], y downwards as on a canvas. */
export type Points = Float32Array<ArrayBuffer>;

const COUNT = 400;

/** Shapes to begin with, in the order in which they are offered. */
export const pointShapes: readonly { readonly value: string; readonly label: string }[] = [
  { value: 'moons', label: 'Two moons' },
  { value: 'spiral', label: 'Spiral' },
  { value: 'ring', label: 'Ring' },
  { value: 'letters', label: 'Letters' },
  { value: 'clusters', label: 'Eight clusters' },
];

/** Evenly spread fractions that never repeat (the golden ratio's), so that a shape is the same for every visitor. */
const spread = (i: number): number => (i * 0.6180339887498949) % 1;
const wobble = (i: number, k: number): number => 2 * ((i * [0.7548776662466927, 0.5698402909980532][k % 2]!) % 1) - 1;

function curve(count: number, thickness: number, at: (u: number, i: number) => readonly [number, number]): Points {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = at(spread(i), i);
    points[2 * i] = x + thickness * wobble(i, 0);
    points[2 * i + 1] = y + thickness * wobble(i, 1);
  }
  return points;
}

/** Strokes of the letters "RIN", each a chain of corners in the unit square. */
const STROKES: readonly (readonly (readonly [number, number])[])[] = [
  [
    [0.1, 0.72],
    [0.1, 0.28],
    [0.3, 0.3],
    [0.33, 0.42],
    [0.26, 0.5],
    [0.1, 0.51],
  ],
  [
    [0.2, 0.51],
    [0.34, 0.72],
  ],
  [
    [0.47, 0.28],
    [0.47, 0.72],
  ],
  [
    [0.61, 0.72],
    [0.61, 0.28],
    [0.89, 0.72],
    [0.89, 0.28],
  ],
];

function alongStrokes(u: number): readonly [number, number] {
  const pieces = STROKES.flatMap((stroke) => stroke.slice(1).map((to, i) => ({ from: stroke[i]!, to })));
  const lengths = pieces.map(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]));
  let left = u * lengths.reduce((a, b) => a + b, 0);
  for (const [i, { from, to }] of pieces.entries()) {
    const length = lengths[i]!;
    if (left <= length || i === pieces.length - 1) {
      const share = Math.min(1, left / length);
      return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    }
    left -= length;
  }
  return [0.5, 0.5];
}

const makers: Readonly<Record<string, () => Points>> = {
  moons: () =>
    curve(COUNT, 0.025, (u, i) => {
      const angle = Math.PI * u;
      return i % 2 === 0
        ? [0.4 + 0.26 * Math.cos(angle), 0.54 - 0.3 * Math.sin(angle)]
        : [0.6 - 0.26 * Math.cos(angle), 0.46 + 0.3 * Math.sin(angle)];
    }),
  spiral: () =>
    curve(COUNT, 0.015, (u) => {
      const turn = Math.sqrt(0.02 + 0.98 * u);
      return [0.5 + 0.42 * turn * Math.cos(3.6 * Math.PI * turn), 0.5 + 0.42 * turn * Math.sin(3.6 * Math.PI * turn)];
    }),
  ring: () =>
    curve(COUNT, 0.02, (u) => [0.5 + 0.36 * Math.cos(2 * Math.PI * u), 0.5 + 0.36 * Math.sin(2 * Math.PI * u)]),
  letters: () => curve(COUNT, 0.01, alongStrokes),
  clusters: () =>
    curve(COUNT, 0.03, (_, i) => {
      const angle = (2 * Math.PI * (i % 8)) / 8;
      return [0.5 + 0.36 * Math.cos(angle), 0.5 + 0.36 * Math.sin(angle)];
    }),
};

/** The points of a shape of `pointShapes`; undefined for another name. */
export const shapePoints = (name: string): Points | undefined =>
  Object.hasOwn(makers, name) ? makers[name]!() : undefined;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Points that an address keeps. */
export const MOST_POINTS = 600;

/** Points as text for an address: two characters of base 64 each, so places of 1/64. */
export function encodePoints(points: Points): string {
  return Array.from(points, (v) => DIGITS[Math.min(63, Math.max(0, Math.floor(v * 64)))]).join('');
}

/** @returns undefined for what is no text of `encodePoints` */
export function decodePoints(text: string): Points | undefined {
  if (text.length === 0 || text.length % 2 !== 0 || text.length > 2 * MOST_POINTS || /[^\w-]/.test(text))
    return undefined;
  return Float32Array.from(text, (digit) => (DIGITS.indexOf(digit) + 0.5) / 64);
}

/**
 * Where `count` samples lie on average from `target`, and how they are spread: the sliced Wasserstein-2 distance, the
 * root of the mean over `directions` of the squared distance of the sorted projections. In units of the square's side.
 * Rabin et al. 2011.
 */
export function slicedDistance(samples: ArrayLike<number>, target: ArrayLike<number>, directions = 24): number {
  const quantiles = 128;
  let sum = 0;
  for (let d = 0; d < directions; d++) {
    const angle = (Math.PI * d) / directions;
    const [a, b] = [samples, target].map((set) => projected(set, Math.cos(angle), Math.sin(angle)));
    for (let q = 0; q < quantiles; q++) {
      const at = (q + 0.5) / quantiles;
      sum += (quantile(a!, at) - quantile(b!, at)) ** 2;
    }
  }
  return Math.sqrt(sum / (directions * quantiles));
}

function projected(points: ArrayLike<number>, x: number, y: number): Float64Array {
  return Float64Array.from({ length: points.length / 2 }, (_, i) => points[2 * i]! * x + points[2 * i + 1]! * y).sort();
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * sorted.length - 0.5;
  const low = Math.min(sorted.length - 1, Math.max(0, Math.floor(at)));
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + Math.min(1, Math.max(0, at - low)) * (sorted[high]! - sorted[low]!);
}
