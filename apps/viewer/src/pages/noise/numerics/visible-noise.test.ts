// References: signal-to-noise ratios of averaged panels, from their pixels; shares computed at the scale that is found.
import { describe, expect, it } from 'vitest';
import { clouds } from '../samples/clouds';
import { coefficientsOf } from '../testing/fixture';
import { fillNormals } from './normals';
import { fromColours, halve, imageToPlanes, type Planes } from './planes';
import { ringMap, ringSums } from './spectrum';
import { sameShareScale, sameVisibleScale } from './visible-noise';
import { noiseVariance, recovered } from './wiener';

function white(side: number): Planes {
  const plane = (k: number) => {
    const values = new Float32Array(side * side);
    fillNormals(values, k);
    return values;
  };
  return { side, planes: [plane(1), plane(2), plane(3)] };
}

const spread = (plane: Float32Array) => {
  const mean = plane.reduce((a, b) => a + b) / plane.length;
  return plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / plane.length;
};

const large = { picture: imageToPlanes(clouds(128)), noise: white(128) };
const small = { picture: halve(large.picture, 1 / 4), noise: halve(large.noise, 1 / 2) };

describe('same visible noise', () => {
  it('averaged, the large panel is the small one, pixel by pixel', () => {
    const b = sameVisibleScale(128, 64);
    expect(b).toBe(0.5);
    const [alpha, sigma] = [Math.sqrt(0.7), Math.sqrt(0.3)];
    large.picture.planes.forEach((x, k) => {
      const panel = x.map((value, i) => alpha * b * value + sigma * large.noise.planes[k]![i]!);
      const averaged = halve({ side: 128, planes: [panel, panel, panel] }, 1 / 4).planes[0];
      averaged.forEach((value, i) => {
        const base = alpha * small.picture.planes[k]![i]! + sigma * small.noise.planes[k]![i]!;
        expect(Math.abs(value - b * base)).toBeLessThan(1e-6);
      });
    });
  });

  it('holds of independent noise as well, in the mean', () => {
    const averaged = halve(white(512), 1 / 4).planes[0];
    expect(spread(averaged)).toBeCloseTo(1 / 4, 2);
  });
});

describe('same share', () => {
  const sums = ({ picture, noise }: { picture: Planes; noise: Planes }) =>
    ringSums(coefficientsOf(fromColours(picture)), coefficientsOf(fromColours(noise)), ringMap(picture.side));
  const [a, b] = [sums(large), sums(small)];

  it.each([-6, -2, 0, 3])('is recovered at the scale that is found, λ = %d', (logSnr) => {
    const scale = sameShareScale(a, b, noiseVariance(logSnr, 1));
    expect(recovered(a, noiseVariance(logSnr, scale)).expected).toBeCloseTo(
      recovered(b, noiseVariance(logSnr, 1)).expected,
      10,
    );
    expect(scale).toBeGreaterThan(0.5);
    expect(scale).toBeLessThan(1);
  });

  it('is at any scale of a picture of one colour, which has that of the same visible noise', () => {
    const plain = { ...a, picture: a.picture.map((values) => values.map(() => 0)) };
    expect(sameShareScale(plain, { ...plain, side: 64 }, 1)).toBe(0.5);
  });

  it('of a picture and itself is b = 1', () => {
    expect(sameShareScale(a, a, 0.3)).toBeCloseTo(1, 8);
  });
});
