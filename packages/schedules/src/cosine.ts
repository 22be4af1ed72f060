import { ScheduleSpecError } from './errors';
import { printSpec, requireClip, requireParameter, requirePositive } from './parameters';
import { type Curve, DEFAULT_CLIP_MIN, type Schedule, scheduleFromCurve } from './schedule';

const HALF_PI = Math.PI / 2;

/** cos(p pi/2) for p in [0, 1] and q = 1 - p: exactly 0 at p = 1, where Math.cos(Math.PI / 2) is not. */
export function cosQuarter(p: number, q: number): number {
  return p < 0.5 ? Math.cos(HALF_PI * p) : Math.sin(HALF_PI * q);
}

export interface CosineOptions {
  /** Where on the quarter cosine t = 0 lies, in [0, 1]. */
  start: number;
  /** Where on the quarter cosine t = 1 lies, in [0, 1], not equal to start. */
  end: number;
  /** Exponent: the cosine is raised to 2 tau. */
  tau: number;
  /** Floor of gamma, 1e-9 unless given. */
  clipMin?: number;
}

/**
 * The curve for start < end. Powers of cosines enter only as ratios, through logarithms, so that no tau under- or
 * overflows, differences keep their relative precision at both ends, and a cosine of 0 has no sign to turn a
 * fractional power into NaN.
 */
function cosineCurve(spec: string, start: number, end: number, tau: number): Curve {
  const width = end - start;
  const cosStart = cosQuarter(start, 1 - start);

  /** 2 tau ln(cos b / cos a), angles in quarter turns, b = a + gap, given the cosines. */
  const logPowerRatio = (a: number, gap: number, cosA: number, cosB: number): number => {
    const drop = (2 * Math.sin(HALF_PI * (a + gap / 2)) * Math.sin((HALF_PI * gap) / 2)) / cosA;
    return 2 * tau * (drop < 0.5 ? Math.log1p(-drop) : Math.log(cosB / cosA));
  };

  const total = logPowerRatio(start, width, cosStart, cosQuarter(end, 1 - end));
  const range = -Math.expm1(total);
  // Below this the differences are subnormal and have no digits left.
  if (!(range > 1e-290)) {
    throw new ScheduleSpecError(spec, 'the curve is flat in float64', 'start and end further apart, or a larger tau');
  }

  return {
    at: (t, rest) => {
      const angle = start + t * width;
      const cosAngle = cosQuarter(angle, 1 - end + rest * width);
      const fromStart = logPowerRatio(start, t * width, cosStart, cosAngle);
      // At the far end of a full quarter the cosine is 0 and nothing is left to divide by.
      if (rest === 0 || cosAngle === 0) return { signal: 0, noise: 1 };
      const toEnd = logPowerRatio(angle, rest * width, cosAngle, cosQuarter(end, 1 - end));
      return {
        signal: (Math.exp(fromStart) * -Math.expm1(toEnd)) / range,
        noise: -Math.expm1(fromStart) / range,
      };
    },
    time: ({ signal, noise }) => {
      const power = -noise * range;
      const logPower = power > -0.5 ? Math.log1p(power) : Math.log(signal + noise * Math.exp(total));
      const logRatio = logPower / (2 * tau);
      const cos = cosStart * Math.exp(logRatio);
      // sin^2 as a sum of positive terms: acos would lose half the digits where the cosine is near 1.
      const sinStart = Math.sin(HALF_PI * start);
      const sin = Math.sqrt(sinStart * sinStart - cosStart * cosStart * Math.expm1(2 * logRatio));
      return (Math.atan2(sin, cos) / HALF_PI - start) / width;
    },
  };
}

/**
 * The cosine family of the paper's Algorithm 1 (section 2.1):
 * gamma = (c(t)^2tau - c(1)^2tau) / (c(0)^2tau - c(1)^2tau), c(t) = cos(pi/2 (start + t (end - start))).
 *
 * Spec: `cosine@start,end,tau`, or `cosine@start,end,tau,clipMin`. `cosine@0,1,1` is Table 3's "cosine"; sampling uses
 * {@link offsetCosine}, which differs from it at the ends.
 *
 * @throws ScheduleSpecError for start or end outside [0, 1] or equal, tau not positive, or clipMin outside [0, 1)
 */
export function cosine({ start, end, tau, clipMin = DEFAULT_CLIP_MIN }: CosineOptions): Schedule {
  const spec = printSpec('cosine', [start, end, tau], [{ value: clipMin, otherwise: DEFAULT_CLIP_MIN }]);
  requireParameter(start >= 0 && start <= 1, spec, 'start', start, 'in [0, 1]');
  requireParameter(end >= 0 && end <= 1, spec, 'end', end, 'in [0, 1]');
  requireParameter(start !== end, spec, 'end', end, 'to differ from start');
  requirePositive(spec, 'tau', tau);
  requireClip(spec, clipMin);
  if (start < end) return scheduleFromCurve(spec, cosineCurve(spec, start, end, tau), clipMin);
  // With start > end the formula is the forward curve run backwards, signal and noise exchanged.
  const forward = cosineCurve(spec, end, start, tau);
  const reversed: Curve = {
    at: (t, rest) => {
      const { signal, noise } = forward.at(rest, t);
      return { signal: noise, noise: signal };
    },
    time: ({ signal, noise }) => 1 - forward.time({ signal: noise, noise: signal }),
  };
  return scheduleFromCurve(spec, reversed, clipMin);
}
