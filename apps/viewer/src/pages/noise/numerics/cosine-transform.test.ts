// References: SciPy's dctn with norm="ortho" (fixtures/make.py); Parseval; the cosines that are its basis.
import { describe, expect, it } from 'vitest';
import { coefficientsOf, furthest, planesOf, reference } from '../testing/fixture';
import { createCosineTransform } from './cosine-transform';
import { fillNormals } from './normals';

const energy = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);

describe('cosine transform', () => {
  it('is that of SciPy', () => {
    coefficientsOf(planesOf(reference.picture)).planes.forEach((plane, k) => {
      expect(furthest(plane, reference.coefficients[k]!)).toBeLessThan(1e-6);
    });
  });

  it.each([2, 4, 32, 64])('of %d pixels a side comes back and keeps energy', (side) => {
    const plane = new Float32Array(side * side);
    fillNormals(plane, side);
    const before = plane.slice();
    const transform = createCosineTransform(side);
    transform.forward(plane);
    expect(energy(plane) / energy(before)).toBeCloseTo(1, 6);
    expect(furthest(plane, before)).toBeGreaterThan(0.5);
    transform.inverse(plane);
    expect(furthest(plane, before)).toBeLessThan(2e-6);
  });

  it('of one of its own waves is one coefficient, the horizontal frequency first', () => {
    const side = 32;
    const wave = (n: number, k: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / side) * Math.cos((Math.PI * k * (n + 0.5)) / side);
    const plane = Float32Array.from(
      { length: side * side },
      (_, i) => wave(i % side, 5) * wave(Math.floor(i / side), 2),
    );
    createCosineTransform(side).forward(plane);
    expect(
      furthest(
        plane,
        Array.from({ length: side * side }, (_, i) => (i === 5 * side + 2 ? 1 : 0)),
      ),
    ).toBeLessThan(1e-7);
  });

  it.each([1, 3, 48])('refuses %d pixels a side', (side) => {
    expect(() => createCosineTransform(side)).toThrow(/transform of \d+ (pixels|values): expected a power of two/);
  });
});
