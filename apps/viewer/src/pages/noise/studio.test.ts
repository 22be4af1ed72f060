// References: x_t, its deviation and the error of the filter, computed from pixels; other routes to the same picture.
import { describe, expect, it } from 'vitest';
import { noiseSizes } from './numerics/normals';
import { pictureSizes, topOf } from './numerics/sizes';
import { noiseVariance, recovered } from './numerics/wiener';
import { clouds } from './samples/clouds';
import { createStudio } from './studio';

const square = clouds(64);
const studio = createStudio();
studio.setPicture(square);
studio.setSeed(3);
const x = pictureSizes(topOf(square)).get(64)!;
const e = noiseSizes(3).get(64)!;
const whole = { view: { part: 1, left: 0, top: 0 }, points: 256 } as const;
const mixture = { alpha: 0.6, sigma: 0.3 };

/** x_t of 64 pixels a side, red, green and blue of each pixel in turn. */
const noised = Array.from({ length: 3 * 64 * 64 }, (_, i) => {
  const [pixel, k] = [Math.floor(i / 3), i % 3];
  return mixture.alpha * x.planes[k]![pixel]! + mixture.sigma * e.planes[k]![pixel]!;
});
const colours = (pixels: Uint8ClampedArray) => [...pixels].filter((_, i) => i % 4 !== 3);
const seen = (values: number[]) => [...Uint8ClampedArray.from(values, (value) => 127.5 * (1 + value))];
const deviation = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
const furthest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('a panel with noise', () => {
  const clean = Array.from(noised, (_, i) => x.planes[i % 3]![Math.floor(i / 3)]!);

  it('is x_t, as it is, over its deviation, or with contrast evened out', () => {
    const factor = deviation(clean) / deviation(noised);
    expect(furthest(colours(studio.noised(64, whole, mixture, 'plain').pixels), seen(noised))).toBeLessThanOrEqual(1);
    for (const contrast of ['unit', 'even'] as const) {
      const { pixels } = studio.noised(64, whole, mixture, contrast);
      expect(furthest(colours(pixels), seen(noised.map((value) => factor * value)))).toBeLessThanOrEqual(1);
    }
  });

  it('keeps nothing of another picture, draw or part', () => {
    const other = createStudio();
    const part = { view: { part: 0.25, left: 5, top: 9 }, points: 256 } as const;
    other.setPicture(clouds(32));
    other.setSeed(8);
    for (const frame of [whole, part]) other.recovered(128, frame, other.noised(128, frame, mixture, 'unit').side);
    other.setPicture(square);
    other.setSeed(3);
    for (const frame of [whole, part]) {
      expect(other.noised(128, frame, mixture, 'unit')).toEqual(studio.noised(128, frame, mixture, 'unit'));
      expect(other.recovered(128, frame, 0.5)).toEqual(studio.recovered(128, frame, 0.5));
    }
  });
});

describe('what the filter gets back', () => {
  it.each([-2, 1])('has the error that the sums over rings tell, λ = %d', (logSnr) => {
    const variance = noiseVariance(logSnr, 1);
    const back = colours(studio.recovered(64, whole, variance).pixels).map((byte) => byte / 127.5 - 1);
    let [lost, all] = [0, 0];
    x.planes.forEach((plane, k) => {
      const mean = plane.reduce((a, b) => a + b) / plane.length;
      plane.forEach((value, i) => {
        lost += (back[3 * i + k]! - value) ** 2;
        all += (value - mean) ** 2;
      });
    });
    // Bytes are 1/127.5 apart.
    expect(1 - lost / all).toBeCloseTo(recovered(studio.sums(64), variance).drawn, 3);
  });

  it('is the picture where there is no noise', () => {
    const clear = studio.noised(64, whole, { alpha: 1, sigma: 0 }, 'plain').pixels;
    expect(furthest([...studio.recovered(64, whole, 0).pixels], [...clear])).toBeLessThanOrEqual(1);
  });
});

it('nothing is painted before there is a picture', () => {
  expect(() => createStudio().noised(64, whole, mixture, 'plain')).toThrow('no picture is open');
});
