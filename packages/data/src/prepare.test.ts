// Reference: the pipeline's definition (v / 255, centred square with a floor offset, alpha over white, BT.601 luma),
// worked out by hand for images of a few pixels.
import { describe, expect, it } from 'vitest';
import { prepareImage } from './prepare';
import { centreSquare, copyInto, type Raster } from './raster';

const row: Raster = { width: 4, height: 1, channels: 3, data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };

it('crops the largest centred square, offset rounded down', () => {
  expect(centreSquare(7, 4)).toEqual({ left: 1, top: 0, side: 4 });
  expect(centreSquare(4, 9)).toEqual({ left: 0, top: 2, side: 4 });
  const { data, width, height } = prepareImage(row, {});
  expect([width, height]).toEqual([1, 1]);
  expect([...data]).toEqual([60, 80, 100].map((v) => Math.fround(v / 255)));
});

it('without a crop keeps the whole image, and stretches it to a size', () => {
  expect([...prepareImage(row, { crop: 'none' }).data]).toEqual([...row.data].map((v) => Math.fround(v / 255)));
  const stretched = prepareImage(row, { crop: 'none', size: 2, resize: 'area' });
  expect([stretched.width, stretched.height]).toEqual([2, 2]);
  const rowOf = [30, 50, 70, 150, 170, 190].map((v) => v / 255);
  for (const [i, v] of [...rowOf, ...rowOf].entries()) expect(stretched.data[i]).toBeCloseTo(v, 6);
});

it('composites alpha on white', () => {
  const data = Uint8Array.of(0, 51, 255, 0, 0, 51, 255, 255, 0, 51, 255, 51);
  const image = prepareImage({ width: 3, height: 1, channels: 4, data }, { crop: 'none' });
  const expected = [1, 1, 1, 0, 0.2, 1, 0.8, 0.84, 1];
  for (const [i, v] of expected.entries()) expect(image.data[i]).toBeCloseTo(v, 6);
});

it('takes luma for one channel', () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
  const image = prepareImage({ width: 3, height: 1, channels: 3, data }, { crop: 'none', channels: 1 });
  expect([...image.data]).toEqual([0.299, 0.587, 0.114].map(Math.fround));
});

describe('copying into a batch', () => {
  const grey = { width: 2, height: 2, channels: 1 as const, data: Float32Array.of(1, 2, 3, 4) };
  const colour = { width: 2, height: 1, channels: 3 as const, data: Float32Array.of(1, 2, 3, 4, 5, 6) };

  it.each([
    ['grey', grey, 1, false, [1, 2, 3, 4]],
    ['grey mirrored', grey, 1, true, [2, 1, 4, 3]],
    ['grey replicated', grey, 3, false, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]],
    ['colour', colour, 3, false, [1, 2, 3, 4, 5, 6]],
    ['colour mirrored', colour, 3, true, [4, 5, 6, 1, 2, 3]],
  ] as const)('%s', (_, image, channels, flip, expected) => {
    const target = new Float32Array(expected.length + 2);
    copyInto(target, 1, image, channels, flip);
    expect([...target]).toEqual([0, ...expected, 0]);
  });
});
