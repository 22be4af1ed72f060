import { printSpec, requireClip, requireParameter, requirePositive } from './parameters';
import { type Schedule, scheduleFromCurve } from './schedule';

export interface LogOptions {
  /** x at t = 0, above 0. */
  start: number;
  /** x at t = 1, above 0, not equal to start. */
  end: number;
  /** Exchange start and end. */
  reverse?: boolean;
  /** Floor of gamma, 0 unless given. */
  clipMin?: number;
}

/**
 * The reference implementation's logarithmic schedule (not in the paper): with x(t) = start + t (end - start),
 * gamma = ln(end / x) / ln(end / start), in [0, 1]. gamma reaches exactly 0 at t = 1, where the logSNR is -Infinity.
 *
 * Spec: `log@start,end,reverse`, reverse being `true` or `false` (also `t`, `f`, `1`, `0`), or
 * `log@start,end,reverse,clipMin`.
 *
 * @throws ScheduleSpecError for start or end not positive or equal, or clipMin outside [0, 1)
 */
export function log({ start, end, reverse = false, clipMin = 0 }: LogOptions): Schedule {
  const spec = printSpec('log', [start, end, reverse], [{ value: clipMin, otherwise: 0 }]);
  requirePositive(spec, 'start', start);
  requirePositive(spec, 'end', end);
  requireParameter(start !== end, spec, 'end', end, 'to differ from start');
  requireClip(spec, clipMin);
  const from = reverse ? end : start;
  const to = reverse ? start : end;
  const logRatio = Math.log(to) - Math.log(from);
  const range = Math.abs(logRatio) < 0.5 ? Math.log1p((to - from) / from) : logRatio;

  /** ln(x / from) where x - from = change; both forms keep relative precision in their own half. */
  const logOver = (x: number, base: number, change: number): number =>
    Math.abs(change) < base / 2 ? Math.log1p(change / base) : Math.log(x) - Math.log(base);

  return scheduleFromCurve(
    spec,
    {
      at: (t, rest) => {
        const x = from * rest + to * t;
        return {
          signal: -logOver(x, to, rest * (from - to)) / range,
          noise: logOver(x, from, t * (to - from)) / range,
        };
      },
      // Divided by the end that is larger, so that neither exponential overflows.
      time: ({ signal, noise }) =>
        range < 0
          ? Math.expm1(noise * range) / Math.expm1(range)
          : 1 - Math.expm1(-signal * range) / Math.expm1(-range),
    },
    clipMin,
  );
}
