import { gammaRise } from './noise-level';
import type { Sampler } from './sampler';

export type DdpmVariance = 'large' | 'small';

/**
 * Ancestral sampling. With α = γ/γ' the mean is √γ'(1 − α)/(1 − γ)·x0 + √α(1 − γ')/(1 − γ)·x, the form that does not
 * cancel at the first steps, where α is near 0; the variance is 1 − α ('large', the paper's) or
 * (1 − γ')/(1 − γ)·(1 − α) ('small', the posterior's). The last step adds noise too, which no result shows: what counts
 * is its estimate of x0. Ho et al. 2020, equation 7 and section 3.2.
 */
export function ddpm(variance: DdpmVariance = 'large'): Sampler {
  return {
    spec: variance === 'large' ? 'ddpm' : 'ddpm@small',
    stochastic: true,
    coefficients(now, next) {
      if (now.oneMinusGamma === 0) return { x0: Math.sqrt(next.gamma), x: 0, noise: 0 };
      const oneMinusAlpha = Math.min(Math.max(gammaRise(now, next) / next.gamma, 0), 1);
      const alpha = Math.min(now.gamma / next.gamma, 1);
      const left = next.oneMinusGamma / now.oneMinusGamma;
      return {
        x0: (Math.sqrt(next.gamma) * oneMinusAlpha) / now.oneMinusGamma,
        x: Math.sqrt(alpha) * left,
        noise: Math.sqrt(variance === 'large' ? oneMinusAlpha : left * oneMinusAlpha),
      };
    },
  };
}
