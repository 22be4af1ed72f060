// Closed forms: no noise at gamma = 1, no picture at gamma = 0, the signal to noise ratio of Algorithm 1.
import { describe, expect, it } from 'vitest';
import { noiseRow } from './noise-row';

describe('noiseRow', () => {
  const image = [0, 1, 0.25, 0.5];
  const noise = [0.3, -0.6, 0.9, 0];

  it('is the picture at gamma = 1, whatever b, and the noise at gamma = 0', () => {
    for (const b of [1, 0.3]) {
      const [clean, drowned] = noiseRow(image, 2, [1, 0], b, noise);
      Array.from(clean!.data).forEach((value, i) => {
        expect(value).toBeCloseTo(image[i]!, 6);
      });
      Array.from(drowned!.data).forEach((value, i) => {
        expect(value).toBeCloseTo(noise[i]! / 6 + 0.5, 6);
      });
    }
  });

  it('mixes less of the picture with a smaller b', () => {
    const share = (b: number) => {
      const [whole] = noiseRow(image, 2, [0.5], b, noise);
      const [alone] = noiseRow([0.5, 0.5, 0.5, 0.5], 2, [0.5], b, noise);
      return (whole!.data[0]! - alone!.data[0]!) / (alone!.data[0]! - 0.5);
    };
    // Pixel 0 is −b·√γ of picture beside 0.3·√(1 − γ) of noise.
    expect(share(1)).toBeCloseTo(-1 / 0.3, 4);
    expect(share(0.5)).toBeCloseTo(-0.5 / 0.3, 4);
  });
});
