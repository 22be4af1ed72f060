// Reference: files made here after the description of the binary version, a label and then the planes of red, green and
// blue of 32 rows of 32 pixels; what must come back is known from how they were made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from './open';

const root = mkdtempSync(join(tmpdir(), 'cifar10-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Sample at a place of image `seed`. */
const sample = (seed: number, channel: number, row: number, column: number): number =>
  (seed * 31 + channel * 87 + row * 7 + column * 3) % 256;

function record(label: number, seed: number): number[] {
  const bytes = [label];
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < 32; row++) {
      for (let column = 0; column < 32; column++) bytes.push(sample(seed, channel, row, column));
    }
  }
  return bytes;
}

/** A folder with batches 1 to 5 of two images and a test batch of one; image k has label k. */
function folderOf(name: string, inside = ''): string {
  const folder = join(root, name);
  mkdirSync(join(folder, inside), { recursive: true });
  const put = (file: string, ...seeds: number[]) =>
    writeFileSync(join(folder, inside, file), Uint8Array.from(seeds.flatMap((seed) => record(seed, seed))));
  for (let batch = 1; batch <= 5; batch++) put(`data_batch_${batch}.bin`, 2 * batch - 2, 2 * batch - 1);
  put('test_batch.bin', 7);
  return folder;
}

describe('cifar10', () => {
  it.each(['', 'cifar-10-batches-bin'])('reads batches in order from FOLDER/%s', async (inside) => {
    const set = await openDataset(`cifar10:${folderOf(`whole${inside}`, inside)}`);
    expect([set.size, set.height, set.width, set.channels]).toEqual([10, 32, 32, 3]);
    expect([set.classes.length, set.classes[0], set.classes[9]]).toEqual([10, 'airplane', 'truck']);
    for (const index of [0, 3, 9]) {
      expect(set.label(index)).toBe(index);
      const pixels = await set.pixels(index);
      for (const [row, column] of [
        [0, 0],
        [0, 31],
        [17, 5],
        [31, 31],
      ] as const) {
        for (let channel = 0; channel < 3; channel++) {
          const value = pixels[(row * 32 + column) * 3 + channel]!;
          expect(value).toBe(Math.fround(sample(index, channel, row, column) / 255));
        }
      }
    }
  });

  it('has a test split, and mirrors', async () => {
    const set = await openDataset(`cifar10:${folderOf('test')}`, { split: 'test' });
    expect([set.size, set.label(0)]).toEqual([1, 7]);
    const { images, labels } = await set.batch([{ index: 0, flip: true }]);
    expect([...labels]).toEqual([7]);
    expect(images[1]).toBe(Math.fround(sample(7, 1, 0, 31) / 255));
  });

  it('names what does not fit', async () => {
    const folder = folderOf('broken');
    writeFileSync(join(folder, 'data_batch_2.bin'), Uint8Array.from(record(10, 0)));
    await expect(openDataset(`cifar10:${folder}`)).rejects.toThrow(
      `${folder}/data_batch_2.bin: image 0: label 10 is out of range, expected 0 to 9`,
    );
    writeFileSync(join(folder, 'data_batch_4.bin'), new Uint8Array(3072));
    await expect(openDataset(`cifar10:${folder}`)).rejects.toThrow(
      `${folder}/data_batch_4.bin: 3072 bytes, expected a multiple of 3073, which one image takes`,
    );
    rmSync(join(folder, 'data_batch_3.bin'));
    await expect(openDataset(`cifar10:${folder}`)).rejects.toThrow(
      `${folder}: no data_batch_3.bin; expected the binary version of CIFAR-10, data_batch_1.bin, `,
    );
    await expect(openDataset('cifar10:/nowhere')).rejects.toThrow('/nowhere: no data_batch_1.bin; expected');
  });
});
