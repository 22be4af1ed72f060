// References: arithmetic by hand; the deviation of what is painted.
import { describe, expect, it } from 'vitest';
import { planesOf } from '../testing/fixture';
import { cut, paint, screenContrast } from './panel';

/** Planes whose pixels are their column plus 1000 times their row. */
function numbered(side: number) {
  const values = Array.from({ length: side * side }, (_, i) => (i % side) + 1000 * Math.floor(i / side));
  return planesOf([values, values, values], side);
}

describe('what a panel shows', () => {
  it('is the whole picture, blocks averaged where there are more pixels than points', () => {
    const { side, planes } = cut(numbered(128), { part: 1, left: 0, top: 0 }, 64);
    expect(side).toBe(64);
    expect(planes[0][0]).toBe(500.5);
    expect(planes[2][64 * 2 + 3]).toBe(6.5 + 4500);
  });

  it('is every pixel where there are fewer', () => {
    expect(cut(numbered(64), { part: 1, left: 0, top: 0 }, 256).planes[1]).toEqual(numbered(64).planes[1]);
  });

  it('is a quarter of the side from a cell on', () => {
    const { side, planes } = cut(numbered(128), { part: 0.25, left: 3, top: 40 }, 256);
    expect(side).toBe(32);
    expect(planes[0][0]).toBe(6 + 80_000);
    expect(planes[0][32 * 32 - 1]).toBe(6 + 31 + 1000 * (80 + 31));
  });
});

describe('painting', () => {
  const x = planesOf(
    [
      [-1, 0],
      [0.5, 1],
      [3, -3],
    ].map((pair) => [...pair, 0, 0]),
    2,
  );
  const e = planesOf(
    [
      [1, 1],
      [0, 0],
      [0, 0],
    ].map((pair) => [...pair, 0, 0]),
    2,
  );

  it('turns −1 … 1 into black … white and cuts off what lies beyond', () => {
    const pixels = paint(x, undefined, { alpha: 1, sigma: 1 }, 1);
    expect([...pixels.slice(0, 8)]).toEqual([0, 191, 255, 255, 128, 255, 0, 255]);
  });

  it('mixes picture and noise', () => {
    const pixels = paint(x, e, { alpha: 0.5, sigma: 0.25 }, 2);
    expect(pixels[0]).toBe(Math.round(127.5 * (1 + 2 * (-0.5 + 0.25))));
  });

  it('evens out contrast as it is seen', () => {
    const mixture = { alpha: 0.3, sigma: 0.4 };
    const spread = (values: number[]) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    const clean = x.planes.flatMap((plane) => [...plane]);
    const noised = clean.map((value, i) => 0.3 * value + 0.4 * e.planes.flatMap((plane) => [...plane])[i]!);
    expect(screenContrast(x, e, mixture)).toBeCloseTo(spread(clean) / spread(noised), 6);
    const plain = planesOf([[0], [0], [0]], 1);
    expect(screenContrast(plain, plain, mixture)).toBe(1);
  });
});
