import { logSnrCurve } from './log-snr-curve';
import { gammaToLogSnr, shiftNoiseLevel } from './noise-level';
import { printSpec, requireParameter, requirePositive } from './parameters';
import { type Curve, type Schedule, scheduleFromCurve } from './schedule';

/** The logSNR range of the unshifted cosine. */
export interface LogSnrRange {
  /** logSNR of the unshifted cosine at t = 1, -15 unless given. */
  logSnrMin?: number;
  /** logSNR of the unshifted cosine at t = 0, 15 unless given. */
  logSnrMax?: number;
}

export interface ShiftedCosineOptions extends LogSnrRange {
  /** Side in pixels of the resolution whose noise the schedule keeps. */
  noiseSize: number;
  /** Side in pixels of the images. */
  imageSize: number;
}

export interface InterpolatedCosineOptions extends LogSnrRange {
  /** Noise resolution (side in pixels) reached at t = 1. */
  noiseSizeLow: number;
  /** Noise resolution (side in pixels) started from at t = 0, at least noiseSizeLow. */
  noiseSizeHigh: number;
  /** Side in pixels of the images. */
  imageSize: number;
}

const LOG_SNR_MIN = -15;
const LOG_SNR_MAX = 15;

function requireRange(spec: string, logSnrMin: number, logSnrMax: number): void {
  // Beyond 600 the shares at the ends leave the float64 range.
  requireParameter(Math.abs(logSnrMin) <= 600, spec, 'logSnrMin', logSnrMin, 'in [-600, 600]');
  requireParameter(Math.abs(logSnrMax) <= 600, spec, 'logSnrMax', logSnrMax, 'in [-600, 600]');
  requireParameter(logSnrMin < logSnrMax, spec, 'logSnrMin', logSnrMin, `below logSnrMax (${logSnrMax})`);
}

/** logSNR(t) = -2 ln tan(a(t)), the angle a linear in t; signal and noise are then cos^2 a and sin^2 a. */
function logSnrCosine(logSnrMin: number, logSnrMax: number): Curve {
  const first = Math.atan(Math.exp(-logSnrMax / 2));
  const last = Math.atan(Math.exp(-logSnrMin / 2));
  // pi/2 - last, without the subtraction's rounding.
  const lastRest = Math.atan(Math.exp(logSnrMin / 2));
  return {
    at: (t, rest) => ({
      signal: Math.sin(lastRest + rest * (last - first)) ** 2,
      noise: Math.sin(first + t * (last - first)) ** 2,
    }),
    time: ({ signal, noise }) => (Math.atan2(Math.sqrt(noise), Math.sqrt(signal)) - first) / (last - first),
  };
}

const rangeDefaults = (logSnrMin: number, logSnrMax: number) => [
  { value: logSnrMin, otherwise: LOG_SNR_MIN },
  { value: logSnrMax, otherwise: LOG_SNR_MAX },
];

/**
 * simple diffusion's shifted cosine (Hoogeboom et al. 2023, reference [9] of the paper): the cosine in logSNR plus
 * 2 ln(noiseSize / imageSize). This is the paper's input scale b = noiseSize / imageSize folded into gamma. The range
 * moves along with the shift, as published; k-diffusion instead keeps the ends where they were.
 *
 * Spec: `shifted_cosine@noiseSize,imageSize`, or with `,logSnrMin,logSnrMax` after it.
 *
 * @throws ScheduleSpecError for sizes not positive, or an empty logSNR range or one beyond 600
 */
export function shiftedCosine(options: ShiftedCosineOptions): Schedule {
  const { noiseSize, imageSize, logSnrMin = LOG_SNR_MIN, logSnrMax = LOG_SNR_MAX } = options;
  const spec = printSpec('shifted_cosine', [noiseSize, imageSize], rangeDefaults(logSnrMin, logSnrMax));
  requirePositive(spec, 'noiseSize', noiseSize);
  requirePositive(spec, 'imageSize', imageSize);
  requireRange(spec, logSnrMin, logSnrMax);
  const base = logSnrCosine(logSnrMin, logSnrMax);
  const inputScale = noiseSize / imageSize;
  requirePositive(spec, 'noiseSize / imageSize', inputScale);
  return scheduleFromCurve(
    spec,
    {
      at: (t, rest) => shiftNoiseLevel(base.at(t, rest), inputScale),
      time: (level) => base.time(shiftNoiseLevel(level, 1 / inputScale)),
    },
    0,
  );
}

/**
 * simple diffusion's interpolated cosine: t times the logSNR shifted for noiseSizeLow plus (1 - t) times the logSNR
 * shifted for noiseSizeHigh. The direction is the publication's; k-diffusion's code interpolates the other way round.
 *
 * Spec: `interpolated_cosine@noiseSizeLow,noiseSizeHigh,imageSize`, or with `,logSnrMin,logSnrMax` after it.
 *
 * @throws ScheduleSpecError for sizes not positive, noiseSizeLow above noiseSizeHigh (the logSNR need not fall then),
 * or an empty logSNR range or one beyond 600
 */
export function interpolatedCosine(options: InterpolatedCosineOptions): Schedule {
  const { noiseSizeLow, noiseSizeHigh, imageSize, logSnrMin = LOG_SNR_MIN, logSnrMax = LOG_SNR_MAX } = options;
  const spec = printSpec(
    'interpolated_cosine',
    [noiseSizeLow, noiseSizeHigh, imageSize],
    rangeDefaults(logSnrMin, logSnrMax),
  );
  requirePositive(spec, 'noiseSizeLow', noiseSizeLow);
  requirePositive(spec, 'noiseSizeHigh', noiseSizeHigh);
  requirePositive(spec, 'imageSize', imageSize);
  requireParameter(
    noiseSizeLow <= noiseSizeHigh,
    spec,
    'noiseSizeLow',
    noiseSizeLow,
    `at most noiseSizeHigh (${noiseSizeHigh})`,
  );
  requireRange(spec, logSnrMin, logSnrMax);
  const base = logSnrCosine(logSnrMin, logSnrMax);
  const shiftLow = 2 * (Math.log(noiseSizeLow) - Math.log(imageSize));
  const shiftHigh = 2 * (Math.log(noiseSizeHigh) - Math.log(imageSize));
  const logSnr = (t: number, rest: number): number => {
    const { signal, noise } = base.at(t, rest);
    return gammaToLogSnr(signal, noise) + t * shiftLow + rest * shiftHigh;
  };
  // t enters both inside and outside the tangent, so there is no closed inverse.
  return scheduleFromCurve(spec, logSnrCurve(logSnr), 0);
}
