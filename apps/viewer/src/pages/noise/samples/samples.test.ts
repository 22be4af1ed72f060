// References: what the pictures are for: values in [0, 1], the same at every call, spectra that fall as those of photographs.
import { describe, expect, it } from 'vitest';
import { fromColours, imageToPlanes } from '../numerics/planes';
import { ringMap, ringSums } from '../numerics/spectrum';
import { coefficientsOf } from '../testing/fixture';
import { drawSample, type SampleName } from '.';
import { normalField } from './fields';

/** The exponent of the spectrum of brightness between two rings, by least squares of logarithms. */
function slope(power: Float64Array, from: number, to: number): number {
  const points = Array.from({ length: to - from }, (_, i) => [Math.log(from + i), Math.log(power[from + i]!)] as const);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = mean(points.map(([x, y]) => (x - mx) * (y - my)));
  return covariance / mean(points.map(([x]) => (x - mx) ** 2));
}

const spectrumOf = (planes: ReturnType<typeof imageToPlanes>) => {
  const coefficients = coefficientsOf(planes);
  return ringSums(coefficients, coefficients, ringMap(planes.side)).power[0]!;
};

describe.each(Object.keys(drawSample) as SampleName[])('%s', (name) => {
  const side = 128;
  const image = drawSample[name](side);

  it('is a square of colours in [0, 1], always the same', () => {
    expect([image.width, image.height, image.data.length]).toEqual([side, side, 3 * side * side]);
    expect(image.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(drawSample[name](side).data).toEqual(image.data);
  });

  it('is stronger the coarser, as pictures of nature', () => {
    const fall = slope(spectrumOf(fromColours(imageToPlanes(image))), name === 'digits' ? 16 : 4, 100);
    expect(fall).toBeLessThan(-1);
    expect(fall).toBeGreaterThan(-4);
  });
});

describe('random fields', () => {
  it.each([0, 1, 2, 3])('fall with the power they are asked for, -%d', (power) => {
    const field = normalField(256, power, 3);
    expect(slope(spectrumOf({ side: 256, planes: [field, field, field] }), 2, 200)).toBeCloseTo(-power, 0);
    const mean = field.reduce((a, b) => a + b) / field.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(field.reduce((sum, value) => sum + value * value, 0) / field.length).toBeCloseTo(1, 4);
  });
});
