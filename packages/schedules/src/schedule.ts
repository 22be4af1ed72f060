import { gammaToLogSnr, logistic, type NoiseLevel } from './noise-level';

/**
 * A continuous-time noise schedule: x_t = sqrt(gamma) b x_0 + sqrt(1 - gamma) eps, t in [0, 1], clean at t = 0 and
 * noise at t = 1 (paper section 1). Every method is a pure float64 function and never returns NaN.
 *
 * Times outside [0, 1], gammas outside [0, 1] and NaN throw a RangeError.
 */
export interface Schedule {
  /** The canonical spec string; `parseSchedule(spec)` gives this schedule back. */
  readonly spec: string;
  /** The signal share gamma(t), clipped from below where the family clips. */
  gamma(t: number): number;
  /** 1 - gamma(t) to full relative precision, also where gamma(t) rounds to 1. */
  oneMinusGamma(t: number): number;
  /** ln(gamma / (1 - gamma)); +Infinity where the schedule starts at gamma = 1. */
  logSnr(t: number): number;
  /**
   * The t with gamma(t) = gamma; the end of [0, 1] nearest in noise for a gamma that the schedule does not reach. Where
   * gamma is flat (t near 0 of a cosine) a rounded gamma does not determine t to better than about 1e-8;
   * {@link Schedule.timeOfLogSnr} has no such loss.
   */
  timeOfGamma(gamma: number): number;
  /** The t with logSnr(t) = logSnr; the nearest end of [0, 1] for a logSNR that the schedule does not reach. */
  timeOfLogSnr(logSnr: number): number;
}

/** sqrt(gamma(t)) and sqrt(1 - gamma(t)): what multiplies the (scaled) data and the noise in x_t. */
export function alphaSigma(schedule: Schedule, t: number): { alpha: number; sigma: number } {
  return { alpha: Math.sqrt(schedule.gamma(t)), sigma: Math.sqrt(schedule.oneMinusGamma(t)) };
}

/** What a family supplies. `rest` is 1 - t, passed so that both ends of the interval can be resolved. */
export interface Curve {
  at(t: number, rest: number): NoiseLevel;
  /** Inverse of `at`; may leave [0, 1] for levels outside the curve, but must not be NaN. */
  time(level: NoiseLevel): number;
}

/** The floor of gamma in the paper's Algorithm 1. */
export const DEFAULT_CLIP_MIN = 1e-9;

const clampUnit = (x: number): number => Math.min(1, Math.max(0, x));

/** Builds a {@link Schedule} from an unclipped curve: domain checks, the clip, logSNR and the inverses. */
export function scheduleFromCurve(spec: string, curve: Curve, clipMin: number): Schedule {
  const level = (t: number): NoiseLevel => {
    if (!(t >= 0 && t <= 1)) throw new RangeError(`${spec}: t = ${t} is outside [0, 1]`);
    const { signal, noise } = curve.at(t, 1 - t);
    if (signal < clipMin) return { signal: clipMin, noise: 1 - clipMin };
    return { signal: clampUnit(signal), noise: clampUnit(noise) };
  };
  return {
    spec,
    gamma: (t) => level(t).signal,
    oneMinusGamma: (t) => level(t).noise,
    logSnr: (t) => {
      const { signal, noise } = level(t);
      return gammaToLogSnr(signal, noise);
    },
    timeOfGamma: (gamma) => {
      if (!(gamma >= 0 && gamma <= 1)) throw new RangeError(`${spec}: gamma = ${gamma} is outside [0, 1]`);
      return clampUnit(curve.time({ signal: gamma, noise: 1 - gamma }));
    },
    timeOfLogSnr: (logSnr) => {
      if (Number.isNaN(logSnr)) throw new RangeError(`${spec}: logSnr is NaN`);
      return clampUnit(curve.time({ signal: logistic(logSnr), noise: logistic(-logSnr) }));
    },
  };
}
