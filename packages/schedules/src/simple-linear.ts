import { printSpec, requireClip } from './parameters';
import { DEFAULT_CLIP_MIN, type Schedule, scheduleFromCurve } from './schedule';

export interface SimpleLinearOptions {
  /** Floor of gamma, 1e-9 unless given. */
  clipMin?: number;
}

/**
 * gamma(t) = 1 - t, the schedule of five of the six rows of Table 1 (paper Algorithm 1). It is not the DDPM "linear"
 * schedule, which is linear in beta.
 *
 * Spec: `simple_linear`, or `simple_linear@clipMin`.
 */
export function simpleLinear({ clipMin = DEFAULT_CLIP_MIN }: SimpleLinearOptions = {}): Schedule {
  const spec = printSpec('simple_linear', [], [{ value: clipMin, otherwise: DEFAULT_CLIP_MIN }]);
  requireClip(spec, clipMin);
  return scheduleFromCurve(
    spec,
    { at: (t, rest) => ({ signal: rest, noise: t }), time: ({ noise }) => noise },
    clipMin,
  );
}
