// Reference: decodeImage of @noisesmith/data, which reads PNG with sharp (libpng).
import { decodeImage } from '@noisesmith/data';
import { expect, it } from 'vitest';
import { imageGrid, toBytes } from './grid';
import { encodePng } from './png';

const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37) % 256);

it('RGB pixels come back from a decoder as they were', async () => {
  const data = ramp(5 * 3 * 3);
  const raster = await decodeImage(encodePng({ width: 5, height: 3, channels: 3, data }));
  expect([raster.width, raster.height]).toEqual([5, 3]);
  const { channels } = raster;
  const pixels = Array.from(data, (_, i) => raster.data[Math.floor(i / 3) * channels + (i % 3)]);
  expect(pixels).toEqual(Array.from(data));
});

it('grey pixels do too', async () => {
  const data = ramp(7 * 2);
  const raster = await decodeImage(encodePng({ width: 7, height: 2, channels: 1, data }));
  expect(Array.from(data, (_, i) => raster.data[i * raster.channels])).toEqual(Array.from(data));
});

it('data that do not fill the picture are refused', () => {
  expect(() => encodePng({ width: 2, height: 2, channels: 1, data: ramp(3) })).toThrow('png: 3 bytes for 2x2 pixels');
  expect(() => encodePng({ width: 1, height: 1, channels: 2, data: ramp(2) })).toThrow('png: 2 channels');
});

it('a grid lays images out row by row, large ones as they are, gaps white', () => {
  const side = 48;
  const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => 10 * (1 + Math.floor(i / (side * side))));
  const grid = imageGrid({ count: 3, height: side, width: side, channels: 1, data }, 2);
  expect([grid.width, grid.height]).toEqual([102, 102]);
  const at = (x: number, y: number): number => grid.data[y * grid.width + x]!;
  expect([at(2, 2), at(49, 49), at(52, 2), at(2, 52)]).toEqual([10, 10, 20, 30]);
  expect([at(0, 0), at(50, 10), at(60, 60)]).toEqual([255, 255, 255]);
});

it('small images are enlarged by a whole factor', () => {
  const grid = imageGrid({ count: 1, height: 16, width: 16, channels: 1, data: new Uint8Array(256) }, 1);
  expect([grid.width, grid.height]).toEqual([52, 52]);
});

it('pixels are rounded to nearest', () => {
  expect(Array.from(toBytes(Float32Array.of(-1, 0, 0.5 / 255 + 1e-4, 1, 2)))).toEqual([0, 0, 1, 255, 255]);
});
