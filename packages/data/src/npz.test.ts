// Reference: the same archive read whole, and what was put into it.
import {
  bytesSource,
  collectParts,
  type NdArray,
  npzParts,
  type PartedArray,
  partedArray,
  partedTexts,
  type RangeSource,
  writeNpz,
} from '@noisesmith/formats';
import { describe, expect, it } from 'vitest';
import { checkDataset } from './check';
import { trainBatch } from './dataset';
import { npzDataset } from './npz';

const COUNT = 1000;
const images: NdArray = {
  dtype: 'U8',
  shape: [COUNT, 15, 17, 3],
  data: Uint8Array.from({ length: COUNT * 765 }, (_, i) => (i * 7919) >> 5),
};
const labels: NdArray = { dtype: 'I32', shape: [COUNT], data: Int32Array.from({ length: COUNT }, (_, i) => i % 7) };
const archive = writeNpz({ arr_0: images, arr_1: labels });

/** A source that counts the bytes that are read of it. */
function counted(bytes: Uint8Array): { source: RangeSource; read(): number } {
  let read = 0;
  const source = bytesSource(bytes, 'a.npz');
  return {
    read: () => read,
    source: {
      name: 'a.npz',
      size: source.size,
      async read(offset, length) {
        read += length;
        return source.read(offset, length);
      },
    },
  };
}

describe('class_names', () => {
  const namedArchive = (...more: PartedArray[]) =>
    collectParts(npzParts([partedArray('arr_0', images), partedArray('arr_1', labels), ...more]));
  const opened = async (bytes: Uint8Array) => npzDataset(bytesSource(bytes, 'a.npz'), { size: 4 });

  it('are what labels are called, also those that no image has', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'größe'];
    const dataset = await opened(await namedArchive(partedTexts('class_names', names)));
    expect(dataset.classes).toEqual(names);
    expect(dataset.fingerprint).not.toBe((await opened(archive)).fingerprint);
    const unlabelled = npzParts([partedArray('arr_0', images), partedTexts('class_names', names)]);
    expect((await opened(await collectParts(unlabelled))).classes).toEqual([]);
  });

  it('have to be texts, and enough of them', async () => {
    const few = await namedArchive(partedTexts('class_names', ['a', 'b']));
    await expect(opened(few)).rejects.toThrow(/^a\.npz: arr_1: .*2.*expected 0 to 1/);
    const numbers = await namedArchive(partedArray('class_names', labels));
    await expect(opened(numbers)).rejects.toThrow('a.npz: class_names.npy: an array of I32, expected a list of texts');
  });
});

describe('a large npz', () => {
  it('is read image by image, to the same numbers', async () => {
    const { source, read } = counted(archive);
    const byRange = await npzDataset(source, { size: 4 }, 1000);
    expect(read()).toBeLessThan(archive.length / 4);
    const whole = await npzDataset(bytesSource(archive, 'a.npz'), { size: 4 });
    expect([byRange.size, byRange.classes, byRange.sizes]).toEqual([whole.size, whole.classes, whole.sizes]);
    const stream = { seed: 5, batchSize: 32, flip: true };
    expect(await trainBatch(byRange, stream, 77)).toEqual(await trainBatch(whole, stream, 77));
  });

  it('has a fingerprint of its own, which other pixels and labels change', async () => {
    const opened = async (arr_0: NdArray, arr_1: NdArray) =>
      (await npzDataset(bytesSource(writeNpz({ arr_0, arr_1 })), {}, 1000)).fingerprint;
    const first = await opened(images, labels);
    expect(await opened(images, labels)).toBe(first);
    const data = Uint8Array.from(images.data as Uint8Array, (value) => value ^ 1);
    expect(await opened({ ...images, data } as NdArray, labels)).not.toBe(first);
    expect(await opened(images, { ...labels, data: labels.data.slice().fill(1) } as NdArray)).not.toBe(first);
  });

  it('is checked when all of it is, since its checksum stands for all of it', async () => {
    const damaged = archive.slice();
    // In an image that neither opening nor the fingerprint looks at.
    damaged[507 * 765]! ^= 1;
    await expect(npzDataset(bytesSource(damaged, 'a.npz'), {})).rejects.toThrow('a.npz: arr_0.npy: ');
    const dataset = await npzDataset(bytesSource(damaged, 'a.npz'), {}, 1000);
    await expect(checkDataset(dataset)).rejects.toThrow('a.npz: arr_0.npy: ');
    expect(await checkDataset(await npzDataset(bytesSource(archive), {}, 1000))).toEqual({
      looked: COUNT,
      broken: [],
      sizes: { widths: [17, 17], heights: [15, 15] },
    });
    await expect(checkDataset(dataset, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('is read whole where its images do not stand one by one', async () => {
    const packed = await npzDataset(bytesSource(writeNpz({ arr_0: images }, { compress: true }), 'a.npz'), {}, 1000);
    expect(packed.verify).toBeUndefined();
    expect(packed.size).toBe(COUNT);
  });
});
