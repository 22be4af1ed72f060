import { ScheduleSpecError } from './errors';
import { type NoiseLevel, shiftNoiseLevel } from './noise-level';
import type { Schedule } from './schedule';

/** A schedule with an input scale folded into it; what {@link shift} returns for a scale other than 1. */
export interface ShiftedSchedule extends Schedule {
  /** The schedule that was shifted; not itself a shifted one. */
  readonly base: Schedule;
  /** b, the factor of the data. */
  readonly inputScale: number;
}

/** Whether a schedule came from {@link shift}. */
export function isShifted(schedule: Schedule): schedule is ShiftedSchedule {
  return 'base' in schedule && 'inputScale' in schedule;
}

/**
 * The variance-preserving schedule equal to scaling the data by b and dividing x_t by its analytic standard deviation
 * (paper section 2.2): gamma~ = b^2 gamma / ((b^2 - 1) gamma + 1), so logSNR~ = logSNR + 2 ln b.
 *
 * This is not what the reference training does to its images: it divides by each image's own standard deviation and
 * conditions the network on gamma rather than gamma~. Use it to compare noise levels, or with samplers and networks
 * that know no input scale.
 *
 * Shifting a shifted schedule multiplies the scales over the same base; a scale of 1 returns the base. The clip of the
 * base is applied before the shift. Spec: the base's spec, `~`, b: `simple_linear~0.4`.
 *
 * @throws ScheduleSpecError for a scale (or a product of scales) that is not finite and positive
 */
export function shift(schedule: Schedule, inputScale: number): Schedule {
  const base = isShifted(schedule) ? schedule.base : schedule;
  const scale = isShifted(schedule) ? schedule.inputScale * inputScale : inputScale;
  if (scale === 1) return base;
  const spec = `${base.spec}~${scale}`;
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new ScheduleSpecError(spec, `input scale is ${scale}`, 'the input scale to be a finite number above 0');
  }
  const level = (t: number): NoiseLevel =>
    shiftNoiseLevel({ signal: base.gamma(t), noise: base.oneMinusGamma(t) }, scale);
  const logShift = 2 * Math.log(scale);
  const shifted: ShiftedSchedule = {
    spec,
    base,
    inputScale: scale,
    gamma: (t) => level(t).signal,
    oneMinusGamma: (t) => level(t).noise,
    logSnr: (t) => base.logSnr(t) + logShift,
    timeOfGamma: (gamma) => {
      if (!(gamma >= 0 && gamma <= 1)) throw new RangeError(`${spec}: gamma = ${gamma} is outside [0, 1]`);
      return base.timeOfLogSnr(Math.log(gamma) - Math.log1p(-gamma) - logShift);
    },
    timeOfLogSnr: (logSnr) => base.timeOfLogSnr(logSnr - logShift),
  };
  return shifted;
}
