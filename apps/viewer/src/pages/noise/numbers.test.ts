// References: closed forms for spectra that are powers of the frequency; NumPy's std (fixtures/make.py); the definitions.
import { describe, expect, it } from 'vitest';
import { finestDetail, type ScaleChoice, shareCurve, sizeNumbers, spectrumLine } from './numbers';
import { fromColours } from './numerics/planes';
import { type RingSums, ringCount, ringMap, ringSums } from './numerics/spectrum';
import { coefficientsOf, planesOf, reference } from './testing/fixture';

/** Sums of a picture whose power is `scale` over the square of the ring, in grey, without noise drawn. */
function falling(side: number, scale: number): RingSums {
  const counts = new Float64Array(ringCount(side));
  for (const ring of ringMap(side)) counts[ring]!++;
  const zero = counts.map(() => 0);
  const power = counts.map((_, r) => (r === 0 ? 0 : scale / r ** 2));
  const picture = power.map((value, r) => value * counts[r]!);
  return {
    side,
    counts,
    picture: [picture, zero, zero],
    noise: [counts, counts, counts],
    both: [zero, zero, zero],
    power: [power, zero, zero],
  };
}

describe('the finest detail above the noise', () => {
  // scale / r² = noise at r = √(scale / noise), and a detail of half a wave is side / r pixels wide.
  it.each([
    [64, 100, 1, 6.4],
    [256, 1600, 1, 6.4],
    [256, 1600, 0.25, 3.2],
  ])('of %d pixels and power %d / r² in noise of %d is %d pixels wide', (side, scale, noise, width) => {
    expect(finestDetail(falling(side, scale), noise)).toBeCloseTo(width, 10);
  });

  it('is 0 where nothing drowns and undefined where all does', () => {
    expect(finestDetail(falling(64, 100), 0.01)).toBe(0);
    expect(finestDetail(falling(64, 100), 1000)).toBeUndefined();
  });
});

describe('the line of a spectrum', () => {
  it('is the power times b² by waves across the picture, up to half a wave a pixel, thinned out', () => {
    const line = spectrumLine(falling(1024, 300), 0.5);
    expect(line[0]).toEqual([0.5, 75]);
    expect(line[line.length - 1]![0]).toBe(512);
    for (const [waves, power] of line) expect(power).toBeCloseTo(75 / (2 * waves) ** 2, 12);
    expect(line.length).toBeLessThan(90);
    expect(line.map(([waves]) => waves)).toEqual(line.map(([waves]) => waves).toSorted((a, b) => a - b));
  });

  it('leaves out what has no power', () => {
    expect(spectrumLine(falling(64, 0), 1)).toEqual([]);
  });
});

describe('the share that comes back by noise level', () => {
  it('is that of a spectrum in closed form, moved by b', () => {
    const sums = falling(64, 100);
    const share = (noise: number) => {
      let [kept, all] = [0, 0];
      for (let r = 1; r < sums.counts.length; r++) {
        const power = 100 / r ** 2;
        kept += (sums.counts[r]! * power ** 2) / (power + noise);
        all += sums.counts[r]! * power;
      }
      return kept / all;
    };
    for (const [logSnr, value] of shareCurve(sums, 0.5, [-4, 0, 3])) {
      expect(value).toBeCloseTo(share(4 * Math.exp(-logSnr)), 12);
    }
  });
});

describe('numbers of a size', () => {
  const base = falling(64, 100);
  const large = falling(256, 1600);
  const numbers = (choice: ScaleChoice, inputScale = 1, logSnr = 0) =>
    sizeNumbers(large, base, { logSnr, choice, inputScale });

  it('have the b that is chosen', () => {
    expect(numbers('one', 0.7).inputScale).toBe(0.7);
    expect(numbers('visible').inputScale).toBe(0.25);
    expect(numbers('visible', 0.5).inputScale).toBe(0.125);
    const { inputScale, shareScale, recovered } = numbers('share', 0.5, 1);
    expect(inputScale).toBe(shareScale);
    const small = sizeNumbers(base, base, { logSnr: 1, choice: 'share', inputScale: 0.5 });
    expect(small.inputScale).toBe(0.5);
    expect(recovered.expected).toBeCloseTo(small.recovered.expected, 9);
  });

  it('have the same noise at every frequency of the small picture where b is that of the same visible noise', () => {
    const { noise, logSnr, finest } = numbers('visible', 1, 0.3);
    expect(noise).toBeCloseTo(16 * Math.exp(-0.3), 12);
    expect(logSnr).toBeCloseTo(0.3 - 2 * Math.log(4), 12);
    const small = sizeNumbers(base, base, { logSnr: 0.3, choice: 'visible', inputScale: 1 });
    expect(finest! / 256).toBeCloseTo(small.finest! / 64, 10);
  });

  it('have the deviation of x_t that NumPy finds', () => {
    const coefficients = (values: number[][]) => coefficientsOf(fromColours(planesOf(values)));
    const sums = ringSums(coefficients(reference.picture), coefficients(reference.noise), ringMap(reference.side));
    const { alpha, sigma, value } = reference.deviation[1]!;
    // γ = 0.36.
    expect([alpha, sigma]).toEqual([0.6, 0.8]);
    const found = sizeNumbers(sums, sums, { logSnr: Math.log(0.36 / 0.64), choice: 'one', inputScale: 1 });
    expect(found.deviation).toBeCloseTo(value, 6);
    expect(found.mixture.alpha).toBeCloseTo(0.6, 12);
    expect(found.expectedDeviation).toBeCloseTo(Math.hypot(0.6 * reference.deviation[0]!.value, 0.8), 6);
  });
});
