import { bisectDecreasing } from './bisect';
import { gammaToLogSnr, logistic } from './noise-level';
import { requireParameter } from './parameters';
import type { Curve } from './schedule';

/** A curve given by its logSNR, which has to fall in t. `time` finds the t of a logSNR; without it t is searched for. */
export function logSnrCurve(
  logSnr: (t: number, rest: number) => number,
  time = (target: number): number => bisectDecreasing((t) => logSnr(t, 1 - t), target),
): Curve {
  return {
    at: (t, rest) => {
      const value = logSnr(t, rest);
      return { signal: logistic(value), noise: logistic(-value) };
    },
    time: ({ signal, noise }) => time(gammaToLogSnr(signal, noise)),
  };
}

/** The share of times that a schedule of unbounded logSNR gives up at each end, unless told otherwise. */
export const DEFAULT_TAIL = 1e-9;

/** @param reach how far the logSNR at the ends is from `mean`; beyond 600 their shares leave the float64 range */
export function requireReach(spec: string, mean: number, widthName: string, width: number, reach: number): void {
  const fits = Math.abs(mean) + reach <= 600;
  requireParameter(fits, spec, widthName, width, 'and mean such that the logSNR at both ends is in [-600, 600]');
}

export function requireTail(spec: string, tail: number): void {
  requireParameter(tail >= 1e-300 && tail < 0.5, spec, 'tail', tail, 'in [1e-300, 0.5)');
}
