// Reference: TensorFlow 2.21 (both bilinear ways) and Pillow (channel by channel in floats, as clean-fid uses it), values
// of fixtures/resize.py.
import { readFileSync } from 'node:fs';
import { readNpz, toFloat32 } from '@noisesmith/formats';
import { describe, expect, it } from 'vitest';
import type { ImageBatch } from './image-batch';
import { inputResizes, resizeImages } from './resize';

const arrays = readNpz(readFileSync(new URL('../fixtures/resize.npz', import.meta.url)));

function images(name: string): ImageBatch {
  const array = arrays.get(name)!;
  const [count, height, width] = array.shape as [number, number, number, number];
  return { count, height, width, data: toFloat32(array) };
}

/** Largest difference from a result of which every `step`th row was kept. */
function worst({ count, data, width: size }: ImageBatch, expected: Float32Array, step: number): number {
  const kept = Math.ceil(size / step);
  expect(expected.length).toBe(count * kept * size * 3);
  let largest = 0;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < kept; row++) {
      const from = (image * size + row * step) * size * 3;
      const to = (image * kept + row) * size * 3;
      for (let i = 0; i < size * 3; i++) largest = Math.max(largest, Math.abs(data[from + i]! - expected[to + i]!));
    }
  }
  return largest;
}

describe.each(inputResizes)('%s', (method) => {
  it.each([
    ['checkerboard', 299],
    ['enlarged', 299],
    ['reduced', 29],
  ])('%s to %i equals its reference', (name, size) => {
    const resized = resizeImages(images(name), size, method);
    expect([resized.height, resized.width]).toEqual([size, size]);
    const expected = toFloat32(arrays.get(`${name}-${method}`)!);
    // TensorFlow has the places of pixels in float32: an error of 299 · 2⁻²⁴ of a pixel, on edges from 0 to 1.
    expect(worst(resized, expected, size === 299 ? 23 : 1)).toBeLessThan(method === 'clean' ? 1e-6 : 4e-6);
  });
});

it('the ways differ where they should, and the half-pixel one comes first', () => {
  const [first, ...others] = inputResizes.map((method) => resizeImages(images('checkerboard'), 299, method).data);
  for (const other of others) expect(first!.some((v, i) => Math.abs(v - other[i]!) > 0.1)).toBe(true);
  expect(inputResizes[0]).toBe('half-pixel');
});

it('stays in [0, 1] where bicubic overshoots, and leaves its input alone', () => {
  const step = { count: 1, height: 1, width: 4, data: Float32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1) };
  const { data } = resizeImages(step, 8, 'clean');
  expect([Math.min(...data), Math.max(...data)]).toEqual([0, 1]);
  expect([...step.data]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  expect(resizeImages({ ...step, height: 4, width: 1 }, 4, 'tf1').width).toBe(4);
});

it('a size that is none is refused', () => {
  expect(() => resizeImages(images('reduced'), 0, 'tf1')).toThrow('image size 0 is not a whole number >= 1');
});
