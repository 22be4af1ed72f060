// References: the place of each sample, worked out by hand; the width and height in a PNG's header (PNG specification,
// 11.2.2); its pixels as decodeImage of @noisesmith/data reads them (sharp).
import { decodeImage } from '@noisesmith/data';
import { describe, expect, it } from 'vitest';
import { classGridPng, finalCount, gridDraw } from './class-grid';
import { fixedDraw } from './draws';

/** Grey images of 48x48, which are not enlarged, each of one shade. */
const shades = (values: readonly number[]) => ({
  count: values.length,
  height: 48,
  width: 48,
  channels: 1,
  data: Uint8Array.from({ length: values.length * 48 * 48 }, (_, i) => values[Math.floor(i / (48 * 48))]!),
});

function sizeOf(png: Uint8Array): [width: number, height: number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('a grid of classes', () => {
  it('has a row for each class, in order', async () => {
    const png = classGridPng(shades([10, 20, 30, 40, 50, 60, 70, 80]), [3, 0, 1, 2, 0, 1, 2, 3]);
    const { channels, data, height, width } = await decodeImage(png);
    expect([width, height]).toEqual([2 * 50 + 2, 4 * 50 + 2]);
    const at = (row: number, column: number) => data[((row * 50 + 2) * width + column * 50 + 2) * channels];
    expect([0, 1, 2, 3].map((row) => [at(row, 0), at(row, 1)])).toEqual([
      [20, 50],
      [30, 60],
      [40, 70],
      [10, 80],
    ]);
  });

  it('is about a square where classes have different numbers of samples, or none has a label', () => {
    expect(sizeOf(classGridPng(shades([1, 2, 3, 4, 5]), [0, 0, 0, 0, 1]))).toEqual([152, 102]);
    expect(sizeOf(classGridPng(shades([1, 2, 3, 4]), [null, null, null, null]))).toEqual([102, 102]);
  });

  it('can be looked at, however many classes there are', () => {
    for (const classes of [33, 300, 1000]) {
      const { labels } = fixedDraw(classes, 8);
      const shown = finalCount(classes, labels.length);
      const [width, height] = sizeOf(classGridPng(shades(new Array(shown).fill(7)), labels.slice(0, shown)));
      expect(Math.max(width, height), `${classes} classes`).toBeLessThan(1100);
    }
  });
});

it('the grid at the end shows whole columns of classes', () => {
  expect(finalCount(10, 500)).toBe(80);
  expect(finalCount(10, 20)).toBe(20);
  expect(finalCount(0, 16)).toBe(8);
  expect(finalCount(300, 2400)).toBe(300);
  expect(finalCount(1000, 1000)).toBe(400);
});

it('grids of a run show the same seeds of the first classes', () => {
  const { labels, seeds } = gridDraw(300);
  expect(labels).toHaveLength(40);
  expect(new Set(labels).size).toBe(10);
  // The seeds that draw the same where all classes are asked for in turn.
  seeds.forEach((seed, i) => {
    expect(seed % 300).toBe(labels[i]);
  });
});
