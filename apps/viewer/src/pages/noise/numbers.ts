import { logSnrToGamma } from '@noisesmith/schedules';
import { deviation, expectedDeviation, type Mixture } from './numerics/noised';
import { BASE, type Size } from './numerics/sizes';
import { crossing, type RingSums } from './numerics/spectrum';
import { sameShareScale, sameVisibleScale } from './numerics/visible-noise';
import { expectedShare, noiseVariance, type Recovered, recovered } from './numerics/wiener';

/** Which b each size has: one for all, that of the same visible noise, or that of the same share recovered. */
export type ScaleChoice = 'one' | 'visible' | 'share';

export interface Settings {
  /** ln γ / (1 − γ), before b. */
  readonly logSnr: number;
  readonly choice: ScaleChoice;
  /** b, where one holds for all sizes; where sizes differ, that of the smallest. */
  readonly inputScale: number;
}

/** What the page says of one size. */
export interface SizeNumbers {
  readonly size: Size;
  /** The b that the panel is made with. */
  readonly inputScale: number;
  /** The b of the same visible noise, and of the same share recovered. */
  readonly visibleScale: number;
  readonly shareScale: number;
  readonly mixture: Mixture;
  /** Variance of the noise beside x0. */
  readonly noise: number;
  /** λ + 2 ln b. */
  readonly logSnr: number;
  /** The standard deviation of x_t: of this draw, and in the mean over draws. */
  readonly deviation: number;
  readonly expectedDeviation: number;
  readonly recovered: Recovered;
  /** The finest detail above the noise, in pixels; 0 where nothing drowns, undefined where all does. */
  readonly finest: number | undefined;
}

/** The logSNR that a slider reaches at most to either side; beyond, nothing changes that can be seen. */
export const WIDEST_LOG_SNR = 20;

/** The finest detail above the noise, in pixels, of half a wave; 0 where nothing drowns, undefined where all does. */
export function finestDetail({ power, side }: RingSums, noise: number): number | undefined {
  const { ring, seen } = crossing(power[0]!, noise, side);
  if (ring !== undefined) return side / ring;
  return seen ? 0 : undefined;
}

/** √γ b and √(1 − γ). */
const mixtureOf = (logSnr: number, inputScale: number): Mixture => ({
  alpha: Math.sqrt(logSnrToGamma(logSnr)) * inputScale,
  sigma: Math.sqrt(logSnrToGamma(-logSnr)),
});

/** The numbers of a size. @param base the sums of the smallest size, which others are compared with */
export function sizeNumbers(sums: RingSums, base: RingSums, { logSnr, choice, inputScale }: Settings): SizeNumbers {
  const visibleScale = inputScale * sameVisibleScale(sums.side, BASE);
  const baseNoise = noiseVariance(logSnr, inputScale);
  const shareScale = sums === base ? inputScale : inputScale * sameShareScale(sums, base, baseNoise);
  const used = { one: inputScale, visible: visibleScale, share: shareScale }[choice];
  const mixture = mixtureOf(logSnr, used);
  const noise = noiseVariance(logSnr, used);
  return {
    size: sums.side as Size,
    inputScale: used,
    visibleScale,
    shareScale,
    mixture,
    noise,
    logSnr: logSnr + 2 * Math.log(used),
    deviation: deviation(sums, mixture),
    expectedDeviation: expectedDeviation(mixture, deviation(sums, { alpha: 1, sigma: 0 })),
    recovered: recovered(sums, noise),
    finest: finestDetail(sums, noise),
  };
}

/** The expected share recovered at each logSNR, before b. @returns pairs of logSNR and share */
export const shareCurve = (sums: RingSums, inputScale: number, logSnrs: readonly number[]): [number, number][] =>
  logSnrs.map((logSnr) => [logSnr, expectedShare(sums, noiseVariance(logSnr, inputScale))]);

/** How many points the line of a spectrum has at most for each tenfold of frequency. */
const PER_DECADE = 24;

/**
 * The spectrum of brightness times b², which meets the noise at e^−λ: pairs of frequency, in waves across the picture, and
 * power. Fine frequencies lie close, so of those only as many are given as can be told apart.
 */
export function spectrumLine({ power, side }: RingSums, inputScale: number): [number, number][] {
  const points: [number, number][] = [];
  let next = 0;
  for (let ring = 1; ring <= side; ring++) {
    const place = PER_DECADE * Math.log10(ring);
    const value = power[0]![ring]! * inputScale ** 2;
    if ((place < next && ring !== side) || !(value > 0)) continue;
    points.push([ring / 2, value]);
    next = place + 1;
  }
  return points;
}
