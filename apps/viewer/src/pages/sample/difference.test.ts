// Colours and means worked by hand.
import { describe, expect, it } from 'vitest';
import { differencePicture, meanDifference } from './difference';

describe('differencePicture', () => {
  it('of one channel is blue where the first is darker and orange where it is lighter', () => {
    const { data } = differencePicture(Float32Array.of(0.5, 0, 1, 5), Float32Array.of(0.5, 1, 0, 0), [1, 4, 1]);
    const colours = [0, 1, 2, 3].map((i) => [...data.slice(3 * i, 3 * i + 3)]);
    expect(colours).toEqual([
      [246, 245, 243],
      [0, 104, 168],
      [198, 74, 0],
      [198, 74, 0],
    ]);
  });

  it('has the full colour where the difference is `full`, and half of it at the half', () => {
    const { data } = differencePicture(Float32Array.of(0.25, 0.5), Float32Array.of(0, 0), [1, 2, 1], 0.5);
    expect([...data]).toEqual([222, 160, 122, 198, 74, 0]);
  });

  it('of three is around grey in each', () => {
    const { data } = differencePicture(Float32Array.of(1, 0, 0.3), Float32Array.of(0, 1, 0.3), [1, 1, 3]);
    expect([...data]).toEqual([255, 0, 128]);
  });
});

it('meanDifference is that of the pixels', () => {
  expect(meanDifference(Float32Array.of(0, 1, 0.5, 0), Float32Array.of(1, 0.5, 0.5, 0))).toBe(0.375);
});
