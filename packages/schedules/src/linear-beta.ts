import { printSpec, requireClip, requireParameter } from './parameters';
import { DEFAULT_CLIP_MIN, type Schedule, scheduleFromCurve } from './schedule';

export interface LinearBetaOptions {
  /** beta at t = 0, at least 0. */
  start: number;
  /** beta at t = 1, at least 0. */
  end: number;
  /** Floor of gamma, 1e-9 unless given. */
  clipMin?: number;
}

/**
 * The variance-preserving process whose noise comes in at a rate beta(t) linear in t (Song et al. 2021, appendix B):
 * gamma = exp(-start t - (end - start) t^2 / 2). With 0.1 and 20 it is what DDPM's 1000 steps with betas from 1e-4 to 0.02
 * (Ho et al. 2020, section 4) become as their number grows.
 *
 * Spec: `linear_beta@start,end`, or `linear_beta@start,end,clipMin`.
 *
 * @throws ScheduleSpecError for a rate that is negative or not finite, both rates 0, or clipMin outside [0, 1)
 */
export function linearBeta({ start, end, clipMin = DEFAULT_CLIP_MIN }: LinearBetaOptions): Schedule {
  const spec = printSpec('linear_beta', [start, end], [{ value: clipMin, otherwise: DEFAULT_CLIP_MIN }]);
  const isRate = (rate: number): boolean => rate >= 0 && rate <= 1e100;
  requireParameter(isRate(start), spec, 'start', start, 'in [0, 1e100]');
  requireParameter(isRate(end), spec, 'end', end, 'in [0, 1e100]');
  requireParameter(start + end > 1e-100, spec, 'end', end, 'or start above 1e-100');
  requireClip(spec, clipMin);
  return scheduleFromCurve(
    spec,
    {
      at: (t) => {
        const exponent = t * (start + (t * (end - start)) / 2);
        return { signal: Math.exp(-exponent), noise: -Math.expm1(-exponent) };
      },
      time: ({ signal, noise }) => {
        if (signal === 0 || noise === 0) return noise;
        const exponent = signal < 0.5 ? -Math.log(signal) : -Math.log1p(-noise);
        // The smaller root, in the form that does not cancel; past the last level a falling rate has no root.
        const root = Math.sqrt(Math.max(0, start * start + 2 * (end - start) * exponent));
        return (2 * exponent) / (start + root);
      },
    },
    clipMin,
  );
}
