import { printSpec, requireClip } from './parameters';
import { DEFAULT_CLIP_MIN, type Schedule, scheduleFromCurve } from './schedule';

export interface RectifiedFlowOptions {
  /** Floor of gamma, 1e-9 unless given. */
  clipMin?: number;
}

/**
 * The straight path x_t = (1 - t) x_0 + t eps of flow matching and rectified flow (Lipman et al. 2022, Liu et al. 2022),
 * divided by its standard deviation: gamma = (1 - t)^2 / ((1 - t)^2 + t^2), logSNR = 2 ln((1 - t) / t). The resolution
 * shift of Stable Diffusion 3, t' = s t / (1 + (s - 1) t), moves its logSNR by -2 ln s: it is the input scale b = 1/s.
 *
 * Spec: `rectified_flow`, or `rectified_flow@clipMin`.
 *
 * @throws ScheduleSpecError for clipMin outside [0, 1)
 */
export function rectifiedFlow({ clipMin = DEFAULT_CLIP_MIN }: RectifiedFlowOptions = {}): Schedule {
  const spec = printSpec('rectified_flow', [], [{ value: clipMin, otherwise: DEFAULT_CLIP_MIN }]);
  requireClip(spec, clipMin);
  return scheduleFromCurve(
    spec,
    {
      at: (t, rest) => {
        const variance = rest * rest + t * t;
        return { signal: (rest * rest) / variance, noise: (t * t) / variance };
      },
      time: ({ signal, noise }) => Math.sqrt(noise) / (Math.sqrt(signal) + Math.sqrt(noise)),
    },
    clipMin,
  );
}
