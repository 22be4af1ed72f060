// Reference: shapes of files that are known to hold pictures (MNIST, samples of a run, guided-diffusion), or none.
import { expect, it } from 'vitest';
import { bytesOfFloats, isLabels, labelCounts, pictureArray } from './picture-arrays';

const entry = (dtype: string, ...shape: number[]) => ({ name: 'a', dtype, shape, bytes: 0 }) as never;

it('knows pictures by type and shape', () => {
  expect(pictureArray(entry('U8', 60_000, 28, 28), 'idx')).toEqual({
    name: 'a',
    count: 60_000,
    height: 28,
    width: 28,
    channels: 1,
  });
  expect(pictureArray(entry('U8', 5, 64, 32, 3), 'npz')).toMatchObject({ height: 64, width: 32, channels: 3 });
  expect(pictureArray(entry('F32', 5, 64, 32, 1), 'npy')).toMatchObject({ channels: 1 });
});

it.each([
  ['weights of a convolution', entry('F32', 3, 3, 64, 3), 'safetensors'],
  ['a stack of float matrices', entry('F32', 3, 30, 64), 'npz'],
  ['channels that come first', entry('U8', 5, 3, 64, 64), 'npz'],
  ['labels', entry('U8', 60_000), 'idx'],
  ['none at all', entry('U8', 0, 28, 28), 'npz'],
  ['long lists', entry('U8', 2, 9000, 9000), 'npz'],
])('takes %s for no pictures', (_, array, kind) => {
  expect(pictureArray(array, kind as never)).toBeUndefined();
});

it('counts labels, in their order', () => {
  expect([...labelCounts([[2, 0, 2], Uint8Array.of(10, 2)])!]).toEqual([
    [0, 1],
    [2, 3],
    [10, 1],
  ]);
  for (const wrong of [[-1], [0.5], [70_000]]) expect(labelCounts([wrong])).toBeUndefined();
  expect([isLabels(entry('I64', 5), 5), isLabels(entry('I64', 4), 5), isLabels(entry('F32', 5), 5)]).toEqual([
    true,
    false,
    false,
  ]);
});

it('clips floats to bytes', () => {
  expect([...bytesOfFloats([-1, 0, 0.5, 1, 7, Number.NaN])]).toEqual([0, 0, 128, 255, 255, 0]);
});
