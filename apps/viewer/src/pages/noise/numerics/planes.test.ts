// References: arithmetic by hand; orthonormality.
import { describe, expect, it } from 'vitest';
import { furthest, planesOf, reference } from '../testing/fixture';
import { fromColours, halve, imageToPlanes, toColours } from './planes';

const image = planesOf(reference.picture);
const energy = (planes: readonly Float32Array[]) =>
  planes.flatMap((plane) => [...plane]).reduce((sum, v) => sum + v * v, 0);

describe('colours', () => {
  it('become brightness and two differences, and come back', () => {
    const turned = fromColours(image);
    expect(energy(turned.planes)).toBeCloseTo(energy(image.planes), 5);
    toColours(turned).planes.forEach((plane, k) => {
      expect(furthest(plane, image.planes[k]!)).toBeLessThan(1e-6);
    });
  });

  it('that are grey have brightness alone; red and blue part by the first difference', () => {
    const one = (r: number, g: number, b: number) =>
      fromColours(planesOf([[r], [g], [b]], 1)).planes.map((plane) => plane[0]!);
    expect(furthest(one(0.5, 0.5, 0.5), [0.5 * Math.sqrt(3), 0, 0])).toBeLessThan(1e-7);
    expect(furthest(one(1, 0, -1), [0, Math.SQRT2, 0])).toBeLessThan(1e-7);
    expect(furthest(one(1, -2, 1), [0, 0, Math.sqrt(6)])).toBeLessThan(1e-7);
  });
});

describe('pictures', () => {
  it('become −1 … 1, plane by plane', () => {
    const data = Float32Array.of(0, 0.5, 1, 0.25, 0, 0, 0, 0, 0, 1, 1, 0.5);
    const { planes, side } = imageToPlanes({ width: 2, height: 2, channels: 3, data });
    expect(side).toBe(2);
    expect(planes.map((plane) => [...plane])).toEqual([
      [-1, -0.5, -1, 1],
      [0, -1, -1, 1],
      [1, -1, -1, 0],
    ]);
  });

  it('of one channel become three equal planes', () => {
    const { planes } = imageToPlanes({ width: 1, height: 1, channels: 1, data: Float32Array.of(0.75) });
    expect(planes.map((plane) => plane[0])).toEqual([0.5, 0.5, 0.5]);
  });

  it('have to be square', () => {
    const wide = { width: 2, height: 1, channels: 1, data: new Float32Array(2) } as const;
    expect(() => imageToPlanes(wide)).toThrow('picture of 2 × 1 pixels: expected a square');
  });

  it('become smaller by sums of 2 × 2', () => {
    const values = Array.from({ length: 16 }, (_, i) => i);
    const { side, planes } = halve(planesOf([values, values, values], 4), 1 / 4);
    expect(side).toBe(2);
    expect([...planes[1]]).toEqual([2.5, 4.5, 10.5, 12.5]);
  });
});
