/** Tiles of one form at most: each that is timed costs a compile. */
const MOST_TILES = 4;
/** A tile estimated at this many times the cheapest is not worth that compile. */
const FAR = 2;

/** What estimates are too coarse to tell apart: tiles that agree in it are one candidate. */
interface TileKind {
  readonly rows: number;
  readonly parts: number;
  readonly transposed: boolean;
}

/** A few tiles of different kinds by an estimate of their price, cheapest first; of equal ones the first listed. */
export function cheapest<T extends TileKind>(tiles: readonly T[], price: (tile: T) => number): T[] {
  const priced = tiles.map((tile) => ({ tile, price: price(tile) })).sort((a, b) => a.price - b.price);
  const kinds = new Map<string, T>();
  for (const { tile, price: own } of priced) {
    const kind = `${tile.rows} ${tile.parts} ${tile.transposed}`;
    if (own <= FAR * priced[0]!.price && kinds.size < MOST_TILES && !kinds.has(kind)) kinds.set(kind, tile);
  }
  return [...kinds.values()];
}
