import type { Schedule } from './schedule';

/** Distance between points, in logSNR: the error of the differences and that of rounding are both small there. */
const STEP = 2 ** -9;

/** h f'(x) from f(x), f(x + h), ... f(x + 4 h), exact for polynomials up to degree 4. */
const WEIGHTS = [-25 / 12, 4, -3, 4 / 3, -1 / 4] as const;

/**
 * p(logSNR) = -dt / dlogSNR: how densely uniform t covers the noise levels, which is what a schedule means for training.
 * 0 where the schedule does not go; the share of t that a clip holds at the last level is left out. The integral over a
 * range is the share of times spent there.
 *
 * From nine points of {@link Schedule.timeOfLogSnr} 1/512 apart, the mean of the slopes on both sides, or that of one side
 * where the range ends: within 1e-8 of the derivative, but for four steps beside the peak of a Laplace density.
 *
 * @throws RangeError when logSnr is NaN
 */
export function noiseDensity(schedule: Schedule, logSnr: number): number {
  const low = schedule.logSnr(1);
  const high = schedule.logSnr(0);
  if (Number.isNaN(logSnr)) throw new RangeError(`${schedule.spec}: logSnr is NaN`);
  if (!(logSnr >= low && logSnr <= high) || !Number.isFinite(logSnr)) return 0;
  const slopes = [STEP, -STEP].flatMap((step) => {
    const last = logSnr + 4 * step;
    if (last < low || last > high) return [];
    const rise = WEIGHTS.reduce((sum, weight, i) => sum + weight * schedule.timeOfLogSnr(logSnr + i * step), 0);
    return [-rise / step];
  });
  return Math.max(0, slopes.reduce((sum, slope) => sum + slope, 0) / Math.max(1, slopes.length));
}
