// Reference: the data sets as they are made here: sizes that are known without decoding, an image that does not decode.
import { describe, expect, it } from 'vitest';
import { arrayDataset } from './arrays';
import { createDataset } from './dataset';
import { inspectDataset } from './inspect';

const pixels = (side: number) => ({
  width: side,
  height: side,
  channels: 1 as const,
  data: new Uint8Array(side * side),
});

/** Images 0 … count − 1 of 4 to 5 pixels; image 3 does not decode. Counts what is decoded. */
async function encoded(count: number) {
  const loads: number[] = [];
  const dataset = await createDataset(
    {
      name: 'set',
      size: count,
      classes: ['cat', 'dog'],
      label: (index) => Number(index > 0),
      describe: (index) => `image ${index}`,
      async load(index) {
        loads.push(index);
        if (index === 3) throw new Error('no picture');
        return pixels(index === 0 ? 4 : 5);
      },
      inMemory: false,
    },
    { size: 4 },
  );
  loads.length = 0;
  return { dataset, loads };
}

describe('inspectDataset', () => {
  it('decodes nothing where the sizes are known', async () => {
    const images = { dtype: 'U8', shape: [3, 2, 5], data: new Uint8Array(30) } as const;
    expect(await inspectDataset(await arrayDataset(images, undefined, { name: 'x' }))).toMatchObject({
      images: 3,
      classes: [],
      sizes: { widths: [5, 5], heights: [2, 2] },
      looked: 0,
      broken: [],
    });
  });

  it('decodes few, or all, and lists what does not decode', async () => {
    const { dataset, loads } = await encoded(100);
    const few = await inspectDataset(dataset);
    expect([few.looked, loads.length]).toEqual([64, 64]);
    expect(few).toMatchObject({ images: 100, sizes: { widths: [4, 5], heights: [4, 5] } });
    const progress: number[] = [];
    const all = await inspectDataset(dataset, { all: true, onProgress: (done) => progress.push(done) });
    expect(all).toMatchObject({
      looked: 100,
      classes: [
        { name: 'cat', images: 1 },
        { name: 'dog', images: 99 },
      ],
      broken: [{ index: 3, name: 'image 3', reason: 'no picture' }],
    });
    expect(progress.at(-1)).toBe(100);
  });

  it('stops when it is told to', async () => {
    const { dataset } = await encoded(100);
    const reason = new Error('enough');
    await expect(inspectDataset(dataset, { all: true, signal: AbortSignal.abort(reason) })).rejects.toThrow(reason);
  });
});
