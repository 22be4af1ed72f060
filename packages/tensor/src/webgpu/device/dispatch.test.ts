// Reference: the definition (every side within the limit, product not below the count), and WebGPU's default limit.
import { describe, expect, it } from 'vitest';
import { dispatchGrid } from './dispatch';

describe('dispatchGrid', () => {
  it.each([
    [0, [0, 1, 1]],
    [1, [1, 1, 1]],
    [65534, [65534, 1, 1]],
    [65535, [65535, 1, 1]],
    [65536, [256, 256, 1]],
    [65535 ** 2, [65535, 65535, 1]],
    [8 * 10 ** 12, [20000, 20000, 20000]],
    [65535 ** 3, [65535, 65535, 65535]],
  ])('splits %i into %j', (count, expected) => {
    // 65535³ is below 2⁵³, so the product below is exact.
    expect(dispatchGrid(count)).toEqual(expected);
  });

  it('covers every count within the limit and wastes less than a row and a plane', () => {
    const limit = 65535;
    const counts = [65537, 100_003, 1_000_003, limit ** 2 - 1, limit ** 2 + 1, 10 ** 11 + 7, limit ** 3 - 1];
    for (const count of counts) {
      const [x, y, z] = dispatchGrid(count);
      expect(Math.max(x, y, z)).toBeLessThanOrEqual(limit);
      expect(x * y * z).toBeGreaterThanOrEqual(count);
      expect(x * y * z - count).toBeLessThanOrEqual(x * y + z * y + z);
    }
  });

  it('covers every count of a small limit', () => {
    for (let count = 0; count <= 343; count += 1) {
      const [x, y, z] = dispatchGrid(count, 7);
      expect(Math.max(x, y, z)).toBeLessThanOrEqual(7);
      expect(x * y * z).toBeGreaterThanOrEqual(count);
    }
  });

  it.each([-1, 0.5, Number.NaN, 344])('refuses %d', (count) => {
    expect(() => dispatchGrid(count, 7)).toThrow(RangeError);
  });
});
