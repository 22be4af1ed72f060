import type { Schedule } from '@noisesmith/schedules';

/** gamma and 1 − gamma at one time, each to full relative precision. */
export interface NoiseLevel {
  readonly gamma: number;
  readonly oneMinusGamma: number;
}

export const noiseLevel = (schedule: Schedule, t: number): NoiseLevel => ({
  gamma: schedule.gamma(t),
  oneMinusGamma: schedule.oneMinusGamma(t),
});

/** gamma' − gamma, from whichever of the two forms keeps its digits. */
export const gammaRise = (now: NoiseLevel, next: NoiseLevel): number =>
  now.gamma < 0.5 ? next.gamma - now.gamma : now.oneMinusGamma - next.oneMinusGamma;

/** One step of the way from noise to image. */
export interface TimeStep {
  readonly index: number;
  readonly t: number;
  readonly tNext: number;
  readonly now: NoiseLevel;
  readonly next: NoiseLevel;
}

/**
 * The steps of a run of `steps`: t = 1 − i/steps and t' = max(1 − (i + 1 + timeDifference)/steps, 0), so the last one
 * ends at t' = 0. `timeDifference` is Chen et al. 2022's asymmetric time interval, in steps.
 * @throws RangeError for fewer than one step, or a negative time difference
 */
export function timeSteps(steps: number, schedule: Schedule, timeDifference = 0): TimeStep[] {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`steps is ${steps}; expected a whole number of at least 1`);
  if (!(timeDifference >= 0)) throw new RangeError(`timeDifference is ${timeDifference}; expected 0 or more`);
  return Array.from({ length: steps }, (_, index) => {
    const t = 1 - index / steps;
    const tNext = Math.max(1 - (index + 1 + timeDifference) / steps, 0);
    return { index, t, tNext, now: noiseLevel(schedule, t), next: noiseLevel(schedule, tNext) };
  });
}
