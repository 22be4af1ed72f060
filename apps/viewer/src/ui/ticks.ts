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

/**
 * Places for about `count` ticks. Of a logarithmic axis: 1, 2 and 5 of each power of ten, or powers alone, or every so
 * many of them, as far as there is room.
 */
export function ticksOf({ scale }: Axis, domain: readonly [number, number], count: number): number[] {
  if (scale !== 'log') return scaleLinear().domain(domain).ticks(count);
  const [low, high] = [Math.min(...domain), Math.max(...domain)];
  const decades = Math.log10(high / low);
  const digits = decades * 3 <= count + 1 ? [1, 2, 5] : [1];
  const stride = digits.length === 3 ? 1 : Math.max(1, Math.ceil(decades / count));
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    if (power % stride !== 0) continue;
    for (const digit of digits) {
      // Read from a text, so that 0.001 is that.
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) found.push(value);
    }
  }
  // Within a fraction of a power, ticks at equal steps.
  return found.length > 1 ? found : scaleLinear().domain(domain).ticks(count);
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
