import type { NoiseLevel } from './noise-level';

/** x_{t'} = x0·(estimate of x0, clipped) + x·x_t + noise·n, with n standard normal. */
export interface UpdateCoefficients {
  readonly x0: number;
  readonly x: number;
  readonly noise: number;
}

/**
 * A sampler is its update rule. The noise estimate is the one that agrees with x_t and the clipped x0 estimate, so a step
 * is linear in those two and fresh noise: the rule is three numbers, computed in double precision from the noise level
 * here and there. Every sampler therefore shares one compiled step.
 */
export interface Sampler {
  /** The spec that {@link parseSampler} reads. */
  readonly spec: string;
  /** Whether steps add noise. */
  readonly stochastic: boolean;
  coefficients(now: NoiseLevel, next: NoiseLevel): UpdateCoefficients;
}
