import { scaleLinear, scaleLog } from 'd3-scale';

/** An axis of a chart. */
export interface Axis {
  readonly label: string;
  /** From, to; by the points unless given. */
  readonly domain?: readonly [number, number];
  readonly scale?: 'linear' | 'log';
  format?(value: number): string;
}

/** The scale of an axis over a length in pixels. */
export function scaleOf(
  { scale = 'linear' }: Axis,
  domain: readonly [number, number],
  range: readonly [number, number],
) {
  return (scale === 'log' ? scaleLog() : scaleLinear()).domain(domain).range(range);
}

/** A number in as few digits as tell it: four significant ones. */
export function compact(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replace(/^-/, '−').replace(/e-/, 'e−').replace('e+', 'e');
}

/** The least range that holds all numbers, a little larger where they are all the same. */
export function extent(values: Iterable<number>, isLog = false): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  if (low < high) return [low, high];
  if (isLog) return [low / 2, high * 2];
  const pad = Math.abs(low) / 2 || 1;
  return [low - pad, high + pad];
}
