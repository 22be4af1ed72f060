import { BRIGHTNESS } from './planes';
import type { RingSums } from './spectrum';

/** What multiplies x0 and the noise in x_t = √γ b x0 + √(1 − γ) ε. */
export interface Mixture {
  readonly alpha: number;
  readonly sigma: number;
}

/**
 * The standard deviation of x_t over height, width and channels, on this draw: what variance normalisation divides by. By
 * Parseval from coefficients: all but the one that holds the common mean.
 */
export function deviation({ side, picture, noise, both }: RingSums, { alpha, sigma }: Mixture): number {
  let energy = 0;
  picture.forEach((xx, k) => {
    const ee = noise[k]!;
    const xe = both[k]!;
    for (let r = k === BRIGHTNESS ? 1 : 0; r < xx.length; r++) {
      energy += alpha * alpha * xx[r]! + 2 * alpha * sigma * xe[r]! + sigma * sigma * ee[r]!;
    }
  });
  return Math.sqrt(energy / (3 * side * side));
}

/** What the deviation is in the mean over draws: √(γ b² Var(x0) + 1 − γ). @param clean the deviation of x0 */
export const expectedDeviation = ({ alpha, sigma }: Mixture, clean: number): number =>
  Math.sqrt((alpha * clean) ** 2 + sigma ** 2);
