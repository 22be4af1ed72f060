// Reference: lines and powers with known coefficients.
import { describe, expect, it } from 'vitest';
import { exponent, fitLine } from './fit';

describe('fitLine', () => {
  it('finds a line that the points lie on', () => {
    const line = fitLine([64, 256, 1024, 4096].map((x) => ({ x, y: 12 + 0.25 * x })));
    expect(line.fixed).toBeCloseTo(12, 9);
    expect(line.each).toBeCloseTo(0.25, 12);
    expect(line.worst).toBeLessThan(1e-12);
  });

  it('says how far a curve is from a line', () => {
    expect(fitLine([1, 2, 3, 4].map((x) => ({ x, y: x * x }))).worst).toBeGreaterThan(0.2);
  });

  it('refuses one size and costs of nothing', () => {
    expect(() => fitLine([{ x: 1, y: 1 }])).toThrow('two different sizes');
    expect(() => fitLine([1, 2].map((x) => ({ x, y: 0 })))).toThrow('not above 0');
  });
});

it('gives the exponent of a power', () => {
  expect(exponent({ x: 3, y: 5 * 3 ** 1.5 }, { x: 12, y: 5 * 12 ** 1.5 })).toBeCloseTo(1.5, 12);
});
