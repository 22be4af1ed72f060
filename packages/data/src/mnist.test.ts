// Reference: published facts of MNIST: 60,000 and 10,000 images of 28x28, the class counts of both splits, and the
// mean 0.1307 and standard deviation 0.3081 of the training pixels.
import { expect, it } from 'vitest';
import { trainBatch } from './dataset';
import { mnistDataset } from './mnist';
import { openDataset } from './open';
import { batchItems } from './shuffle';

const published = {
  train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
};

it.each(['train', 'test'] as const)('has the published class counts: %s', async (split) => {
  const mnist = await mnistDataset({ split, channels: 1 });
  expect([mnist.size, mnist.height, mnist.width, mnist.channels]).toEqual([
    split === 'train' ? 60000 : 10000,
    28,
    28,
    1,
  ]);
  expect(mnist.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < mnist.size; index++) counts[mnist.label(index)]!++;
  expect(counts).toEqual(published[split]);
});

it('has the published mean and deviation', async () => {
  const mnist = await mnistDataset({ channels: 1 });
  let sum = 0;
  let squares = 0;
  for (let start = 0; start < mnist.size; start += 1000) {
    const { images } = await mnist.batch(Array.from({ length: 1000 }, (_, k) => start + k));
    for (const v of images) {
      sum += v;
      squares += v * v;
    }
  }
  const count = mnist.size * 784;
  const mean = sum / count;
  expect(mean).toBeCloseTo(0.1307, 4);
  expect(Math.sqrt(squares / count - mean ** 2)).toBeCloseTo(0.3081, 4);
});

it('serves shuffled batches at 14x14 in three equal channels', async () => {
  const mnist = await openDataset('mnist', { size: 14, resize: 'area' });
  const full = await openDataset('mnist', { channels: 1 });
  const { images, labels } = await trainBatch(mnist, { seed: 4, batchSize: 8 }, 123);
  const items = batchItems(4, 123, 8, 60000);
  expect([...labels]).toEqual(items.map(({ index }) => full.label(index)));
  expect(images.length).toBe(8 * 14 * 14 * 3);
  const whole = await full.pixels(items[5]!.index);
  for (let p = 0; p < 196; p++) {
    const i = Math.floor(p / 14) * 56 + (p % 14) * 2;
    const mean = (whole[i]! + whole[i + 1]! + whole[i + 28]! + whole[i + 29]!) / 4;
    for (let c = 0; c < 3; c++) expect(images[(5 * 196 + p) * 3 + c]).toBeCloseTo(mean, 6);
  }
  expect(await trainBatch(mnist, { seed: 4, batchSize: 8 }, 123)).toEqual({ images, labels });
});
