import { markdownTable } from '../table';
import { threeDigits } from '../three-digits';
import type { Way } from './measure';
import type { Product } from './products';

export interface MeasuredProduct {
  readonly product: Product;
  /** That of the rules first. */
  readonly ways: readonly Way[];
}

/** A row for each way of each product. */
export function tilesTable(measured: readonly MeasuredProduct[]): string {
  const rows = measured.flatMap(({ product: { m, n, k }, ways }) => {
    const best = Math.min(...ways.map(({ milliseconds }) => milliseconds));
    return ways.map(({ name, milliseconds }, i) => [
      `${m} × ${n} over ${k}`,
      `${name}${i === 0 ? ' (by rule)' : ''}`,
      threeDigits(1000 * milliseconds),
      threeDigits((2 * m * n * k) / milliseconds / 1e6),
      (milliseconds / best).toFixed(2),
    ]);
  });
  return markdownTable(['m × n over k', 'way', 'µs', 'GFLOP/s', 'to the best'], rows, [false, false, true, true, true]);
}
