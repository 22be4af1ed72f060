import type { RingSums } from './spectrum';
import { expectedShare } from './wiener';

/**
 * The input scale at which a picture of `side` pixels looks as noisy as one of `base`: b = base / side.
 *
 * Averaged over blocks of (side / base)² pixels, the picture is that of `base`, and independent noise has its deviation
 * divided by side / base. The signal-to-noise ratio of the averaged panel is γ b² Var(x0) / ((1 − γ) (base / side)²),
 * and that of the base with b = 1 is γ Var(x0) / (1 − γ).
 */
export const sameVisibleScale = (side: number, base: number): number => base / side;

/** The widest shift of logSNR that is looked at: b between e^−20 and e^20. */
const WIDEST = 40;

/**
 * The input scale at which the ideal linear denoiser gets back, in the mean over draws, the share of this picture that it
 * gets back of `base` with b = 1. Larger pictures also hold finer detail, which drowns first and counts as lost, so this
 * is more than {@link sameVisibleScale} for most pictures.
 */
export function sameShareScale(sums: RingSums, base: RingSums, noise: number): number {
  const wanted = expectedShare(base, noise);
  // Where all comes back at any scale, as of a picture of one colour, there is nothing to go by.
  if (wanted === 1) return sameVisibleScale(sums.side, base.side);
  // The share falls as noise grows; the logarithm of the noise is bisected.
  let low = Math.log(noise) - WIDEST;
  let high = Math.log(noise) + WIDEST;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (expectedShare(sums, Math.exp(middle)) > wanted) low = middle;
    else high = middle;
  }
  return Math.exp((Math.log(noise) - (low + high) / 2) / 2);
}
