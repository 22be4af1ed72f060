// Reference: images made here by sharp, some of them spoilt; which ones must be passed over is known from how they were made.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedBroken } from './broken-images';
import { checkDataset } from './check';
import { createDataset, trainBatch } from './dataset';
import { DataFileError, UnavailableError } from './errors';
import { openDataset } from './open';

const root = mkdtempSync(join(tmpdir(), 'broken-'));
afterAll(() => rmSync(root, { recursive: true }));

const SIZE = 40;
const spoilt = new Map<number, (bytes: Buffer) => Uint8Array>([
  [0, () => new Uint8Array(0)],
  [5, (bytes) => bytes.subarray(0, bytes.length >> 1)],
  [6, () => Buffer.from('<html>no picture</html>')],
  [39, (bytes) => bytes.subarray(0, 10)],
]);

/** Image k of class k % 2 is grey k; PNG, and JPEG for every fifth. */
const pathOf = (k: number): string => `${k % 2}/${String(k).padStart(2, '0')}.${k % 5 === 0 ? 'jpg' : 'png'}`;

beforeAll(async () => {
  mkdirSync(join(root, '0'));
  mkdirSync(join(root, '1'));
  for (let k = 0; k < SIZE; k++) {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: k, g: k, b: k } } });
    const bytes = await (k % 5 === 0 ? image.jpeg({ quality: 100 }) : image.png()).toBuffer();
    writeFileSync(join(root, pathOf(k)), spoilt.get(k)?.(bytes) ?? bytes);
  }
});

const warnings: string[] = [];
const open = () => openDataset(`folder:${root}`, { channels: 1, onWarning: (message) => warnings.push(message) });

describe('broken images among many', () => {
  it('are passed over with one warning each, and the next image takes the place with its own label', async () => {
    warnings.length = 0;
    const set = await open();
    const all = Array.from({ length: SIZE }, (_, index) => index);
    const { images, labels } = await set.batch(all);
    const order = [...all.filter((k) => k % 2 === 0), ...all.filter((k) => k % 2 === 1)];
    // After the last image comes the first, which is spoilt too.
    const shown = new Map([
      [0, 2],
      [5, 7],
      [6, 8],
      [39, 2],
    ]);
    const expected = order.map((k) => shown.get(k) ?? k);
    expect(Array.from({ length: SIZE }, (_, k) => Math.round(images[k * 64]! * 255))).toEqual(expected);
    expect([...labels]).toEqual(expected.map((k) => k % 2));
    await set.batch(all);
    const named = [...warnings].sort();
    expect(named.map((line) => line.slice(root.length + 2).split(': ')[0])).toEqual([0, 6, 5, 39].map(pathOf));
    expect(named[0]).toBe(`${root}: 0/00.jpg: the file is empty; left out, the next image takes its place`);
    for (const line of named) expect(line).not.toContain('\n');
    expect(set.broken.map(({ index }) => index).sort((a, b) => a - b)).toEqual([0, 3, 22, 39]);
  });

  it('leave batch k a function of seed and k', async () => {
    const [one, other] = [await open(), await open()];
    const stream = { seed: 3, batchSize: 16 };
    await one.batch([5, 39, 22]);
    for (const k of [7, 0, 7]) expect(await trainBatch(one, stream, k)).toEqual(await trainBatch(other, stream, k));
  });

  it('are named when one is asked for by itself', async () => {
    const set = await open();
    await expect(set.pixels(3)).rejects.toThrow(`${root}: 0/06.png: `);
    await expect(set.original(0)).rejects.toThrow(DataFileError);
    await expect(set.batch([SIZE])).rejects.toThrow(RangeError);
  });

  it('are all found by a check, with their reasons and the sizes of the others', async () => {
    const progress: number[] = [];
    const { looked, broken, sizes } = await checkDataset(await open(), {
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(looked).toBe(SIZE);
    expect(broken.map(({ name }) => name.slice(root.length + 2))).toEqual([0, 6, 5, 39].map(pathOf));
    expect(broken[0]!.reason).toBe('the file is empty');
    expect(sizes).toEqual({ widths: [8, 8], heights: [8, 8] });
    expect([progress.length, progress.at(-1)]).toEqual([SIZE, 1]);
    expect(await checkDataset(await open(), { images: 4 })).toMatchObject({ looked: 4 });
    const reason = new Error('enough');
    await expect(checkDataset(await open(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('include a file that went away and a link that leads nowhere', async () => {
    const set = await open();
    writeFileSync(join(root, '0/z.png'), 'x');
    symlinkSync('nowhere.png', join(root, '1/link.png'));
    const later = await open();
    unlinkSync(join(root, '0/z.png'));
    expect([set.size, later.size]).toEqual([SIZE, SIZE + 2]);
    await expect(later.pixels(20)).rejects.toThrow(`${root}: 0/z.png: no such file`);
    await expect(later.pixels(SIZE + 1)).rejects.toThrow(`${root}: 1/link.png: no such file`);
    expect((await later.batch([20, SIZE + 1])).images.length).toBe(2 * 64);
    unlinkSync(join(root, '1/link.png'));
  });
});

describe('too many', () => {
  const white = { width: 1, height: 1, channels: 1, data: Uint8Array.of(255) } as const;
  /** A set of which every image whose index is a multiple of `every` does not decode. */
  const decaying = (size: number, every: number, reason: () => Error = () => new Error('no picture')) =>
    createDataset({
      name: 'set',
      size,
      classes: [],
      label: () => -1,
      describe: (index) => `image ${index}`,
      load: async (index) => {
        if (index % every !== 0) return white;
        throw reason();
      },
      inMemory: false,
    });

  it.each([
    [1, 0],
    [2, 1],
    [3, 1],
    [20, 10],
    [999, 10],
    [5000, 50],
  ])('of %i images %i may be broken', (size, allowed) => {
    expect(allowedBroken(size)).toBe(allowed);
  });

  it('is one error that names the last, and stays one', async () => {
    const set = await decaying(100, 5);
    await set.batch(Array.from({ length: 50 }, (_, index) => index));
    const whole = Array.from({ length: 100 }, (_, index) => index);
    const expected = 'image 50: no picture; 11 of 100 images are broken so far, which is too many';
    await expect(set.batch(whole)).rejects.toThrow(expected);
    await expect(set.batch([1])).rejects.toThrow(expected);
    await expect(decaying(2, 1)).rejects.toThrow('image 1: no picture; 2 of 2 images are broken so far');
    await expect(decaying(1, 1)).rejects.toThrow(/^image 0: no picture$/);
  });

  it('never counts what says nothing about the image', async () => {
    let error: Error = new Error('no picture');
    const set = await decaying(100, 5, () => error);
    error = new UnavailableError('no decoder');
    await expect(set.batch([5])).rejects.toThrow(/^no decoder$/);
    expect(set.broken.map(({ index }) => index)).toEqual([0]);
    await expect(checkDataset(set)).rejects.toThrow('no decoder');
  });
});
