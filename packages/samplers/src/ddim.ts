import { gammaRise } from './noise-level';
import type { Sampler } from './sampler';

/**
 * Denoising diffusion implicit models: x' = √γ'·x0 + √(1 − γ' − s²)·eps + s·n with s² = η²·(1 − γ')/(1 − γ)·(1 − γ/γ').
 * η = 0 is deterministic, η = 1 has the variance of ddpm('small'). Song et al. 2021, equations 12 and 16; paper
 * Algorithm 3.
 * @throws RangeError for η outside [0, 1]
 */
export function ddim(eta = 0): Sampler {
  if (!(eta >= 0 && eta <= 1)) throw new RangeError(`ddim: eta is ${eta}; expected a number in [0, 1]`);
  return {
    spec: eta === 0 ? 'ddim' : `ddim@${eta}`,
    stochastic: eta > 0,
    coefficients(now, next) {
      // Without noise in x_t there is no noise estimate to keep.
      if (now.oneMinusGamma === 0) return { x0: Math.sqrt(next.gamma), x: 0, noise: 0 };
      const rise = gammaRise(now, next) / next.gamma;
      const variance = eta ** 2 * (next.oneMinusGamma / now.oneMinusGamma) * rise;
      // eps = (x − √γ·x0)/√(1 − γ), put in.
      const x = Math.sqrt(Math.max(next.oneMinusGamma - variance, 0) / now.oneMinusGamma);
      return { x0: Math.sqrt(next.gamma) - x * Math.sqrt(now.gamma), x, noise: Math.sqrt(variance) };
    },
  };
}
