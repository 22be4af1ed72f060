/** Tiles of one form at most: each that is timed costs a compile. */
const MOST_TILES = 4;
/** A tile estimated at this many times the cheapest is not worth that compile. */
const FAR = 2;

/** What estimates of tiles in registers are too coarse to tell apart. */
export const registerTileKind = ({
  rows,
  parts,
  transposed,
}: {
  rows: number;
  parts: number;
  transposed: boolean;
}): string => `${rows} ${parts} ${transposed}`;

/**
 * A few tiles of different kinds by an estimate of their price, cheapest first; of equal ones the first listed.
 *
 * @param kindOf tiles of which it says the same are one candidate
 * @param far none at more than this many times the cheapest
 */
export function cheapest<T>(
  tiles: readonly T[],
  price: (tile: T) => number,
  kindOf: (tile: T) => string,
  far: number = FAR,
): T[] {
  const priced = tiles.map((tile) => ({ tile, price: price(tile) })).sort((a, b) => a.price - b.price);
  const kinds = new Map<string, T>();
  for (const { tile, price: own } of priced) {
    const kind = kindOf(tile);
    if (own <= far * priced[0]!.price && kinds.size < MOST_TILES && !kinds.has(kind)) kinds.set(kind, tile);
  }
  return [...kinds.values()];
}
