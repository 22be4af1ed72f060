import type { Denoiser, PredictionType } from '@noisesmith/diffusion';
import { offsetCosine, parseSchedule, type Schedule } from '@noisesmith/schedules';
import type { Store, TuningTable } from '@noisesmith/tensor';
import { ddpm } from './ddpm';
import { parseSampler } from './parse';
import type { Sampler } from './sampler';

export interface SamplingOptions {
  /** Network evaluations per sample (pairs of them under guidance). */
  readonly steps: number;
  /** A rule or its spec; `ddpm` unless given. */
  readonly sampler?: Sampler | string;
  /** gamma(t) while sampling, which may differ from training's; `cosine` (the offset form) unless given. */
  readonly schedule?: Schedule | string;
  /** w in (1 + w)·conditional − w·unconditional; 0 unless given. */
  readonly guidance?: number;
  /** b, as in training. */
  readonly inputScale: number;
  /** As in training; 'eps' unless given. */
  readonly predictionType?: PredictionType;
  /** As in training; true unless given. */
  readonly normalize?: boolean;
  /** Chen et al. 2022's asymmetric time interval, in steps; 0 unless given. */
  readonly timeDifference?: number;
  /** Share of the old carry that stays at each step; 0 unless given. */
  readonly carryMomentum?: number;
  /** Samples that run together; it changes speed and memory, not results. 16 unless given. */
  readonly batch?: number;
  /**
   * A store whose `params` are the weights, such as `store.alias({ params: 'ema' })` of a run: nothing is copied, and a
   * request draws from what they are at the time. Without it each request brings its weights.
   */
  readonly params?: Store;
  /**
   * Kernels chosen by `tune` of `@noisesmith/tensor`, for a device; without it those that come with the engine. Samples of
   * different tables differ in their last digits.
   */
  readonly tuning?: TuningTable;
  /** The noise is handed in with each request instead of drawn from seeds. */
  readonly givenNoise?: boolean;
}

export type Settings = Required<Omit<SamplingOptions, 'tuning' | 'params'>> & {
  readonly sampler: Sampler;
  readonly schedule: Schedule;
};

export const DEFAULT_BATCH = 16;

/** @throws RangeError, one line, for options that do not fit each other or the denoiser */
export function complete(options: SamplingOptions, denoiser: Denoiser): Settings {
  const { sampler = ddpm(), schedule = offsetCosine(), guidance = 0, carryMomentum = 0 } = options;
  const batch = options.batch ?? DEFAULT_BATCH;
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new RangeError(`sampling: batch is ${batch}; expected a whole number of at least 1`);
  }
  if (!(options.inputScale > 0)) {
    throw new RangeError(`sampling: inputScale is ${options.inputScale}; expected a number above 0`);
  }
  if (!Number.isFinite(guidance)) throw new RangeError(`sampling: guidance is ${guidance}; expected a number`);
  if (guidance !== 0 && denoiser.classes === 0) {
    throw new RangeError(`sampling: guidance is ${guidance}; a network without classes takes none`);
  }
  if (!(carryMomentum >= 0 && carryMomentum <= 1)) {
    throw new RangeError(`sampling: carryMomentum is ${carryMomentum}; expected a number in [0, 1]`);
  }
  return {
    steps: options.steps,
    sampler: typeof sampler === 'string' ? parseSampler(sampler) : sampler,
    schedule: typeof schedule === 'string' ? parseSchedule(schedule) : schedule,
    guidance,
    inputScale: options.inputScale,
    predictionType: options.predictionType ?? 'eps',
    normalize: options.normalize ?? true,
    timeDifference: options.timeDifference ?? 0,
    carryMomentum,
    batch,
    givenNoise: options.givenNoise ?? false,
  };
}
