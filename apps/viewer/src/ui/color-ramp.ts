type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Viridis (S. van der Walt and N. Smith, 2015, CC0) at eighths: its lightness rises evenly, so it reads the same for the
 * colour-blind and in grey.
 */
const viridis: readonly Rgb[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** The colour of a share of [0, 1], clamped; bytes. */
export function rampColor(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (viridis.length - 1);
  const low = Math.min(viridis.length - 2, Math.floor(at));
  const [from, to] = [viridis[low]!, viridis[low + 1]!];
  const mixed = from.map((value, i) => Math.round(value + (to[i]! - value) * (at - low)));
  return mixed as unknown as Rgb;
}

export const cssColor = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** Where a value lies in a range, from 0 to 1; NaN for one that is no number, or not above 0 on a logarithmic scale. */
export function shareOf(value: number, [low, high]: readonly [number, number], isLog: boolean): number {
  const [a, b, v] = isLog ? [Math.log(low), Math.log(high), Math.log(value)] : [low, high, value];
  if (!Number.isFinite(v)) return Number.NaN;
  return b > a ? (v - a) / (b - a) : 0.5;
}

/** The place in rising edges whose interval holds `at`, the lower edge included; undefined outside. */
export function intervalOf(edges: readonly number[], at: number): number | undefined {
  if (!(at >= edges[0]! && at <= edges.at(-1)!)) return undefined;
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
