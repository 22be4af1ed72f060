import { printSpec, requireClip, requireFinite, requireParameter, requirePositive } from './parameters';
import { type Curve, DEFAULT_CLIP_MIN, type Schedule, scheduleFromCurve } from './schedule';

/** ln sigmoid(x). */
function logSigmoid(x: number): number {
  return x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x));
}

/** ln(e^a + e^b), at least one finite. */
function logAdd(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/**
 * The curve for start < end, both already divided by tau. The differences of sigmoids are written as
 * gamma = (1 - e^-(end - x)) / (1 - e^-(end - start)) (1 + e^start) / (1 + e^x),
 * 1 - gamma = (1 - e^-(x - start)) / (1 - e^-(end - start)) (1 + e^-end) / (1 + e^-x):
 * products only, so neither cancels near the end where it vanishes, and with e^-|.| in place of e^. nothing overflows.
 */
function sigmoidCurve(start: number, end: number): Curve {
  const width = end - start;
  const range = Math.expm1(-width);
  const tail = (x: number): number => 1 + Math.exp(-Math.abs(x));

  /** x - start for sigmoid(x) = signal sigmoid(start) + noise sigmoid(end). */
  const distance = ({ signal, noise }: { signal: number; noise: number }): number => {
    if (Math.max(Math.abs(start), Math.abs(end)) < 1) {
      // A large tau leaves x - start tiny, so it is formed directly rather than as a difference.
      const up = (-Math.exp(-start) * Math.expm1(-width)) / (1 + Math.exp(-end));
      const down = (-Math.exp(start) * Math.expm1(width)) / (1 + Math.exp(end));
      return Math.log1p(noise * up) - Math.log1p(noise * down);
    }
    const a = Math.log(signal);
    const b = Math.log(noise);
    const x = logAdd(a + logSigmoid(start), b + logSigmoid(end)) - logAdd(a + logSigmoid(-start), b + logSigmoid(-end));
    return x - start;
  };

  return {
    at: (t, rest) => {
      const x = start * rest + end * t;
      // What e^-|.| leaves over of (1 + e^start) / (1 + e^x) and of (1 + e^-end) / (1 + e^-x).
      const signalFall = start >= 0 ? t * width : Math.max(x, 0);
      const noiseFall = end <= 0 ? rest * width : Math.max(-x, 0);
      return {
        signal: (Math.expm1(-rest * width) / range) * (tail(start) / tail(x)) * Math.exp(-signalFall),
        noise: (Math.expm1(-t * width) / range) * (tail(end) / tail(x)) * Math.exp(-noiseFall),
      };
    },
    time: (level) => distance(level) / width,
  };
}

export interface SigmoidOptions {
  /** Where on the sigmoid t = 0 lies, before the division by tau. */
  start: number;
  /** Where on the sigmoid t = 1 lies, not equal to start. */
  end: number;
  /** Temperature: the argument of the sigmoid is divided by it. */
  tau: number;
  /** Floor of gamma, 1e-9 unless given. */
  clipMin?: number;
}

/**
 * The sigmoid family of the paper's Algorithm 1 (section 2.1): with x(t) = (start + t (end - start)) / tau,
 * gamma = (sigmoid(x(1)) - sigmoid(x(t))) / (sigmoid(x(1)) - sigmoid(x(0))).
 *
 * Spec: `sigmoid@start,end,tau`, or `sigmoid@start,end,tau,clipMin`.
 *
 * @throws ScheduleSpecError for start and end that are not finite or are equal, tau not positive, or clipMin outside
 * [0, 1)
 */
export function sigmoid({ start, end, tau, clipMin = DEFAULT_CLIP_MIN }: SigmoidOptions): Schedule {
  const spec = printSpec('sigmoid', [start, end, tau], [{ value: clipMin, otherwise: DEFAULT_CLIP_MIN }]);
  requireFinite(spec, 'start', start);
  requireFinite(spec, 'end', end);
  requireParameter(start !== end, spec, 'end', end, 'to differ from start');
  requirePositive(spec, 'tau', tau);
  requireClip(spec, clipMin);
  // sigmoid(-x) = 1 - sigmoid(x), so (start, end) and (-start, -end) are one curve; the increasing one is evaluated.
  const sign = start < end ? 1 : -1;
  const from = (sign * start) / tau;
  const to = (sign * end) / tau;
  const workable = to - from > 1e-290 && Math.max(Math.abs(from), Math.abs(to)) < 1e290;
  requireParameter(workable, spec, 'tau', tau, 'of a size at which start / tau and end / tau are distinct floats');
  return scheduleFromCurve(spec, sigmoidCurve(from, to), clipMin);
}
