// Reference: Pillow, whose bicubic is the same antialiased Keys kernel, and TensorFlow (fixtures/make.py). Then the definition of
// tf.image.resize(antialias=True) itself, evaluated per output pixel in float64 over the whole image (no spans, no
// separate passes), area as an average over a finer grid, and the properties every such resize has.
import { readFileSync } from 'node:fs';
import { readNpz, toFloat32 } from '@noisesmith/formats';
import { describe, expect, it } from 'vitest';
import type { FloatImage } from './raster';
import { keysCubic, resize, resizeAll } from './resize';
import { hash32 } from './shuffle';

function noise(width: number, height: number, channels: 1 | 3): FloatImage {
  const data = Float32Array.from({ length: width * height * channels }, (_, i) => hash32(7, i) / 2 ** 32);
  return { width, height, channels, data };
}

/** Keys (1981), written as the piecewise polynomials of the paper with a left symbolic. */
function kernel(x: number, a = -0.5): number {
  const d = Math.abs(x);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  if (d < 2) return a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return 0;
}

function directBicubic(image: FloatImage, width: number, height: number): number[] {
  const out: number[] = [];
  const scaleY = image.height / height;
  const scaleX = image.width / width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < image.channels; c++) {
        let sum = 0;
        let total = 0;
        for (let j = 0; j < image.height; j++) {
          for (let i = 0; i < image.width; i++) {
            const wy = kernel((j + 0.5 - (y + 0.5) * scaleY) / Math.max(1, scaleY));
            const wx = kernel((i + 0.5 - (x + 0.5) * scaleX) / Math.max(1, scaleX));
            total += wy * wx;
            sum += wy * wx * image.data[(j * image.width + i) * image.channels + c]!;
          }
        }
        out.push(sum / total);
      }
    }
  }
  return out;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe('bicubic', () => {
  it.each([
    [16, 16, 8, 8, 1],
    [17, 23, 8, 5, 3],
    [28, 28, 14, 14, 1],
    [13, 13, 4, 4, 3],
    [7, 9, 16, 20, 3],
    [1, 1, 4, 4, 1],
    [40, 6, 1, 6, 1],
  ] as const)('%ix%i to %ix%i, %i channels, equals the definition', (w, h, toW, toH, channels) => {
    const image = noise(w, h, channels);
    expect(largestDifference(resize(image, toW, toH, 'bicubic').data, directBicubic(image, toW, toH))).toBeLessThan(
      1e-6,
    );
  });

  it.each([
    [8, 5],
    [17, 10],
    [5, 23],
    [20, 31],
  ])('17x23 to %ix%i equals Pillow', (width, height) => {
    const arrays = readNpz(readFileSync(new URL('../fixtures/pillow.npz', import.meta.url)));
    const source = { width: 17, height: 23, channels: 1 as const, data: toFloat32(arrays.get('source')!) };
    const expected = toFloat32(arrays.get(`${width}x${height}`)!);
    expect(largestDifference(resize(source, width, height, 'bicubic').data, expected)).toBeLessThan(1e-6);
  });

  it('has the kernel of Keys: 1 at 0, 0 at other whole numbers, -1/16 at 3/2, 9/16 at 1/2', () => {
    expect([0, 1, 2, 3].map(keysCubic)).toEqual([1, 0, 0, 0]);
    expect([-1.5, 1.5, 0.5].map(keysCubic)).toEqual([-0.0625, -0.0625, 0.5625]);
  });

  it('is not clamped: an edge overshoots', () => {
    const step = {
      width: 16,
      height: 1,
      channels: 1 as const,
      data: Float32Array.from({ length: 16 }, (_, i) => +(i > 7)),
    };
    const { data } = resize(step, 32, 1, 'bicubic');
    expect(Math.max(...data)).toBeGreaterThan(1.01);
    expect(Math.min(...data)).toBeLessThan(-0.01);
  });

  it('suppresses what the output cannot hold: a checkerboard becomes grey inside', () => {
    const board = { ...noise(32, 32, 1), data: Float32Array.from({ length: 1024 }, (_, i) => (i + (i >> 5)) % 2) };
    const { data } = resize(board, 8, 8, 'bicubic');
    for (let y = 1; y < 7; y++) for (let x = 1; x < 7; x++) expect(data[y * 8 + x]).toBeCloseTo(0.5, 2);
  });
});

describe('area', () => {
  it('halving averages 2x2 blocks', () => {
    const image = noise(28, 28, 1);
    const expected = Array.from({ length: 196 }, (_, p) => {
      const i = Math.floor(p / 14) * 2 * 28 + (p % 14) * 2;
      return (image.data[i]! + image.data[i + 1]! + image.data[i + 28]! + image.data[i + 29]!) / 4;
    });
    expect(largestDifference(resize(image, 14, 14, 'area').data, expected)).toBeLessThan(1e-6);
  });

  it('a broken factor weighs pixels by coverage: replicate to the common multiple, then average blocks', () => {
    const image = noise(7, 7, 3);
    const expected: number[] = [];
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 3; x++) {
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let j = y * 7; j < y * 7 + 7; j++) {
            for (let i = x * 7; i < x * 7 + 7; i++)
              sum += image.data[(Math.floor(j / 3) * 7 + Math.floor(i / 3)) * 3 + c]!;
          }
          expected.push(sum / 49);
        }
      }
    }
    expect(largestDifference(resize(image, 3, 3, 'area').data, expected)).toBeLessThan(1e-6);
  });
});

describe.each(['bilinear', 'bilinear-tf1'] as const)('%s', (method) => {
  it.each([
    [8, 5],
    [17, 10],
    [5, 23],
    [20, 31],
  ])('17x23 to %ix%i equals TensorFlow', (width, height) => {
    const arrays = readNpz(readFileSync(new URL('../fixtures/tensorflow.npz', import.meta.url)));
    const source = { width: 17, height: 23, channels: 1 as const, data: toFloat32(arrays.get('source')!) };
    const expected = toFloat32(arrays.get(`${method}-${width}x${height}`)!);
    // TensorFlow has the places of pixels in float32.
    expect(largestDifference(resize(source, width, height, method).data, expected)).toBeLessThan(3e-6);
  });
});

it('several images at once are resized as each by itself', () => {
  const images = [noise(5, 7, 3), { ...noise(5, 7, 3), data: noise(35, 1, 3).data.toReversed() }];
  const data = Float32Array.from(images.flatMap((image) => [...image.data]));
  const all = resizeAll({ count: 2, height: 7, width: 5, channels: 3, data }, 11, 4, 'bilinear');
  expect([...all]).toEqual(images.flatMap((image) => [...resize(image, 11, 4, 'bilinear').data]));
});

describe.each(['bicubic', 'area', 'bilinear', 'bilinear-tf1'] as const)('%s', (method) => {
  it.each([5, 12, 31])('to %i keeps a constant image', (size) => {
    const image = { ...noise(12, 12, 3), data: new Float32Array(432).fill(0.3) };
    expect(
      largestDifference(resize(image, size, size, method).data, new Array(size * size * 3).fill(0.3)),
    ).toBeLessThan(1e-7);
  });

  it('to the same size is the identity, in a fresh array', () => {
    const image = noise(6, 4, 3);
    const same = resize(image, 6, 4, method);
    expect(same).toEqual(image);
    expect(same.data).not.toBe(image.data);
  });

  it('refuses an impossible size', () => {
    expect(() => resize(noise(2, 2, 1), 0, 2, method)).toThrow('image size 0 is not a whole number >= 1');
  });
});

describe.each(['bicubic', 'area', 'bilinear'] as const)('%s, which is symmetric,', (method) => {
  it('keeps a linear ramp in the interior when halving', () => {
    const ramp = {
      width: 32,
      height: 1,
      channels: 1 as const,
      data: Float32Array.from({ length: 32 }, (_, i) => (i + 0.5) / 32),
    };
    const { data } = resize(ramp, 16, 1, method);
    for (let x = 2; x < 14; x++) expect(data[x]).toBeCloseTo((x + 0.5) / 16, 6);
  });

  it('mirrors with its input', () => {
    const image = noise(11, 1, 1);
    const mirrored = { ...image, data: image.data.slice().reverse() };
    const a = resize(image, 4, 1, method).data;
    expect(largestDifference(resize(mirrored, 4, 1, method).data.reverse(), a)).toBeLessThan(1e-6);
  });
});
