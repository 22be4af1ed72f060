import { DEFAULT_TAIL, logSnrCurve, requireReach, requireTail } from './log-snr-curve';
import { printSpec, requireFinite, requirePositive } from './parameters';
import { type Schedule, scheduleFromCurve } from './schedule';

export interface LaplaceOptions {
  /** The logSNR at t = 1/2, where the density of noise levels has its peak. */
  mean: number;
  /** The density falls by a factor of e over this change of logSNR. */
  scale: number;
  /** t is kept in [tail, 1 - tail], 1e-9 unless given: the logSNR ends at mean plus and minus 20 scale. */
  tail?: number;
}

/**
 * logSNR(t) = mean - scale sgn(1/2 - t) ln(1 - 2 |t - 1/2|), so that uniform t gives noise levels whose logSNR has a
 * Laplace density (Hang et al., "Improved Noise Schedule for Diffusion Training", 2024). The logarithm is at most 0, so
 * the first half lies above the mean.
 *
 * Spec: `laplace@mean,scale`, or `laplace@mean,scale,tail`.
 *
 * @throws ScheduleSpecError for a mean that is not finite, scale not positive, a tail outside [1e-300, 0.5), or a logSNR at
 * the ends beyond 600
 */
export function laplace({ mean, scale, tail = DEFAULT_TAIL }: LaplaceOptions): Schedule {
  const spec = printSpec('laplace', [mean, scale], [{ value: tail, otherwise: DEFAULT_TAIL }]);
  requireFinite(spec, 'mean', mean);
  requirePositive(spec, 'scale', scale);
  requireTail(spec, tail);
  requireReach(spec, mean, 'scale', scale, -scale * Math.log(2 * tail));
  // 1 - 2 |t - 1/2| is twice the distance to the nearer end.
  const logSnr = (t: number, rest: number): number =>
    t < rest ? mean - scale * Math.log(2 * Math.max(t, tail)) : mean + scale * Math.log(2 * Math.max(rest, tail));
  const time = (target: number): number =>
    target > mean ? Math.exp((mean - target) / scale) / 2 : 1 - Math.exp((target - mean) / scale) / 2;
  return scheduleFromCurve(spec, logSnrCurve(logSnr, time), 0);
}
