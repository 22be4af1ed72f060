// References: arithmetic by hand; the mean of blocks.
import { describe, expect, it } from 'vitest';
import { clouds } from '../samples/clouds';
import { pictureSizes, sizes, squareOf, topOf } from './sizes';

describe('the square of a picture', () => {
  it('is its middle, transparent pixels white', () => {
    // Four pixels wide, two high; the middle two columns are kept.
    const pixel = (grey: number, alpha: number) => [grey, grey, grey, alpha];
    const row = [pixel(9, 255), pixel(51, 255), pixel(0, 0), pixel(9, 255)].flat();
    const square = squareOf({ width: 4, height: 2, channels: 4, data: Uint8Array.from([...row, ...row]) });
    expect([square.width, square.height, square.channels]).toEqual([2, 2, 3]);
    [0.2, 1, 0.2, 1].forEach((value, i) => {
      expect(square.data[3 * i]).toBeCloseTo(value, 6);
    });
  });

  it('of a large one is averaged over whole blocks', () => {
    const side = 2050;
    const data = Uint8Array.from({ length: side * side }, (_, i) => ((i % side) % 2 === 0 ? 0 : 102));
    const square = squareOf({ width: side, height: side, channels: 1, data });
    expect(square.width).toBe(1025);
    expect(square.data[0]).toBeCloseTo(0.2, 6);
    expect(square.data[square.data.length - 1]).toBeCloseTo(0.2, 6);
  });
});

describe('sizes of a picture', () => {
  it('are means of those above, from the largest on', () => {
    const found = pictureSizes(topOf(clouds(128)));
    expect([...found.keys()]).toEqual([...sizes]);
    const top = found.get(1024)!.planes[0];
    let sum = 0;
    for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) sum += top[(16 * 5 + y) * 1024 + 16 * 3 + x]!;
    expect(found.get(64)!.planes[0][5 * 64 + 3]).toBeCloseTo(sum / 256, 5);
  });
});
