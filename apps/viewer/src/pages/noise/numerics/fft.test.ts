// References: NumPy's FFT (fixtures/make.py); Parseval; the transform of a wave, which is one frequency.
import { describe, expect, it } from 'vitest';
import { furthest, reference } from '../testing/fixture';
import { createFourier } from './fft';

const { fourier } = reference;

describe('Fourier transform', () => {
  it('is that of NumPy', () => {
    const re = Float64Array.from(fourier.re);
    const im = Float64Array.from(fourier.im);
    createFourier(16).transform(re, im);
    expect(furthest(re, fourier.transformed[0]!)).toBeLessThan(1e-13);
    expect(furthest(im, fourier.transformed[1]!)).toBeLessThan(1e-13);
  });

  it('comes back with real and imaginary parts exchanged, and keeps energy', () => {
    const re = Float64Array.from(fourier.re);
    const im = Float64Array.from(fourier.im);
    const energy = () => re.reduce((sum, a, i) => sum + a * a + im[i]! ** 2, 0);
    const before = energy();
    const { transform } = createFourier(16);
    transform(re, im);
    expect(energy() / 16).toBeCloseTo(before, 12);
    transform(im, re);
    expect(
      furthest(
        re,
        fourier.re.map((value) => 16 * value),
      ),
    ).toBeLessThan(1e-12);
  });

  it('of a wave is one frequency, at the largest length', () => {
    const re = Float64Array.from({ length: 1024 }, (_, n) => Math.cos((2 * Math.PI * 37 * n) / 1024));
    const im = Float64Array.from({ length: 1024 }, (_, n) => Math.sin((2 * Math.PI * 37 * n) / 1024));
    createFourier(1024).transform(re, im);
    expect(
      furthest(
        re,
        Array.from({ length: 1024 }, (_, k) => (k === 37 ? 1024 : 0)),
      ),
    ).toBeLessThan(1e-9);
    expect(furthest(im, new Float64Array(1024))).toBeLessThan(1e-9);
  });

  it('of one value is the value', () => {
    const re = Float64Array.of(3);
    createFourier(1).transform(re, Float64Array.of(0));
    expect(re[0]).toBe(3);
  });

  it.each([0, 3, 12, 2.5, Number.NaN])('refuses length %d', (length) => {
    expect(() => createFourier(length)).toThrow(`Fourier transform of ${length} values: expected a power of two`);
  });
});
