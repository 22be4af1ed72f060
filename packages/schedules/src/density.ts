import type { Schedule } from './schedule';

/** Distance between the points of the stencil, in logSNR: its error and that of rounding are both small there. */
const STEP = 2 ** -9;

/** The slope at x of the polynomial through five points a step apart, the first at x = 0 and the unit one step. */
function slope(values: readonly number[], x: number): number {
  const nodes = values.map((_, i) => i);
  const others = (skipped: readonly number[]): number[] => nodes.filter((node) => !skipped.includes(node));
  const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1);
  return values.reduce((sum, value, i) => {
    const rest = others([i]);
    const rise = rest.reduce((all, j) => all + product(others([i, j]).map((k) => x - k)), 0);
    return sum + (value * rise) / product(rest.map((j) => i - j));
  }, 0);
}

/**
 * p(logSNR) = -dt / dlogSNR: how densely uniform t covers the noise levels, which is what a schedule means for training.
 * 0 where the schedule does not go; the share of t that a clip holds at the last level is left out. The integral over a
 * range is the share of times spent there.
 *
 * From five points of {@link Schedule.timeOfLogSnr} 1/512 apart, on one side where the range ends: within 1e-8 of the
 * derivative, but for two steps around the peak of a Laplace density, which has none there.
 *
 * @throws RangeError when logSnr is NaN
 */
export function noiseDensity(schedule: Schedule, logSnr: number): number {
  const low = schedule.logSnr(1);
  const high = schedule.logSnr(0);
  if (Number.isNaN(logSnr)) throw new RangeError(`${schedule.spec}: logSnr is NaN`);
  if (!(logSnr >= low && logSnr <= high) || !Number.isFinite(logSnr)) return 0;
  const step = Math.min(STEP, (high - low) / 4);
  const first = Math.min(Math.max(logSnr - 2 * step, low), high - 4 * step);
  const times = Array.from({ length: 5 }, (_, i) => schedule.timeOfLogSnr(first + i * step));
  return Math.max(0, -slope(times, (logSnr - first) / step) / step);
}
