import { bisectDecreasing } from './bisect';
import { DEFAULT_TAIL, logSnrCurve, requireReach, requireTail } from './log-snr-curve';
import { printSpec, requireFinite, requirePositive } from './parameters';
import { probit } from './probit';
import { type Schedule, scheduleFromCurve } from './schedule';

export interface NormalOptions {
  /** Mean of the logSNR over uniform t. */
  mean: number;
  /** Its standard deviation. */
  std: number;
  /** t is kept in [tail, 1 - tail], 1e-9 unless given: the logSNR ends at mean plus and minus 6 std. */
  tail?: number;
}

/** Times nearer to 0 and 1 are not searched for a level. */
const LEAST = 1e-300;

/**
 * logSNR(t) = mean + std Phi^-1(1 - t), so that uniform t gives noise levels whose logSNR is normal: the training
 * densities of EDM and Stable Diffusion 3 as schedules. EDM's ln sigma ~ N(-1.2, 1.2^2) (Karras et al. 2022, section 5)
 * is `normal@2.4,2.4`, since logSNR = -2 ln sigma; the logit-normal t of SD3 (Esser et al. 2024, section 3.1) with
 * location m and scale s, on a rectified flow, is `normal@-2m,2s`.
 *
 * Spec: `normal@mean,std`, or `normal@mean,std,tail`.
 *
 * @throws ScheduleSpecError for a mean that is not finite, std not positive, a tail outside [1e-300, 0.5), or a logSNR at
 * the ends beyond 600
 */
export function normal({ mean, std, tail = DEFAULT_TAIL }: NormalOptions): Schedule {
  const spec = printSpec('normal', [mean, std], [{ value: tail, otherwise: DEFAULT_TAIL }]);
  requireFinite(spec, 'mean', mean);
  requirePositive(spec, 'std', std);
  requireTail(spec, tail);
  requireReach(spec, mean, 'std', std, -std * probit(tail));
  // The nearer end is the one whose distance has all its digits.
  const logSnr = (t: number, rest: number, least: number): number =>
    t < rest ? mean - std * probit(Math.max(t, least)) : mean + std * probit(Math.max(rest, least));
  const curve = logSnrCurve(
    (t, rest) => logSnr(t, rest, tail),
    (target) => bisectDecreasing((t) => logSnr(t, 1 - t, LEAST), target),
  );
  return scheduleFromCurve(spec, curve, 0);
}
