import type { Planes } from './planes';
import type { RingSums } from './spectrum';

// The observation is x0 + sqrt(noise) ε with noise = (1 − γ) / (γ b²) = e^−λ / b²: x_t over sqrt(γ) b.

/** Variance of the noise beside x0 of unit scale, at a logSNR and an input scale. */
export const noiseVariance = (logSnr: number, inputScale: number): number => Math.exp(-logSnr) / inputScale ** 2;

/**
 * By plane and ring the Wiener gain S / (S + noise) of the smoothed power spectrum S: of all filters that weigh each
 * fineness by a number, the one whose error is least. It keeps the mean of the picture, which is taken as known.
 */
export function wienerGains({ power }: RingSums, noise: number): Float64Array[] {
  return power.map((spectrum) => spectrum.map((s, r) => (r === 0 ? 1 : s === 0 ? 0 : s / (s + noise))));
}

/** How much of the picture a filter gets back: 1 − E|x̂ − x|² / Var(x), 1 for all of it, 0 for its mean alone. */
export interface Recovered {
  /** Over all draws of the noise. */
  readonly expected: number;
  /** On this draw. */
  readonly drawn: number;
}

/** What the filter of {@link wienerGains} gets back; of a picture of one colour, everything. */
export function recovered(sums: RingSums, noise: number, gains = wienerGains(sums, noise)): Recovered {
  let variance = 0;
  let expected = 0;
  let drawn = 0;
  gains.forEach((gain, k) => {
    const [xx, xe, ee] = [sums.picture[k]!, sums.both[k]!, sums.noise[k]!];
    for (let r = 1; r < gain.length; r++) {
      const g = gain[r]!;
      const lost = (1 - g) ** 2 * xx[r]!;
      variance += xx[r]!;
      expected += lost + g * g * noise * sums.counts[r]!;
      drawn += lost - 2 * g * (1 - g) * Math.sqrt(noise) * xe[r]! + g * g * noise * ee[r]!;
    }
  });
  if (variance === 0) return { expected: 1, drawn: 1 };
  return { expected: 1 - expected / variance, drawn: 1 - drawn / variance };
}

/** What {@link recovered} expects, and nothing else: many of these make a curve. */
export function expectedShare({ power, picture, counts }: RingSums, noise: number): number {
  let variance = 0;
  let lost = 0;
  for (let k = 0; k < power.length; k++) {
    const spectrum = power[k]!;
    const xx = picture[k]!;
    for (let r = 1; r < spectrum.length; r++) {
      const s = spectrum[r]!;
      const g = s === 0 ? 0 : s / (s + noise);
      variance += xx[r]!;
      lost += (1 - g) * (1 - g) * xx[r]! + g * g * noise * counts[r]!;
    }
  }
  return variance === 0 ? 1 : 1 - lost / variance;
}

/** The coefficients of x̂0 from those of picture and noise; the mean stays the picture's. */
export function denoised(
  picture: Planes,
  noise: Planes,
  rings: Uint16Array,
  gains: Float64Array[],
  variance: number,
): Planes {
  const deviation = Math.sqrt(variance);
  const filter = (k: number) => {
    const x = picture.planes[k]!;
    const e = noise.planes[k]!;
    const gain = gains[k]!;
    const out = new Float32Array(x.length);
    out[0] = x[0]!;
    for (let i = 1; i < out.length; i++) out[i] = gain[rings[i]!]! * (x[i]! + deviation * e[i]!);
    return out;
  };
  return { side: picture.side, planes: [filter(0), filter(1), filter(2)] };
}
