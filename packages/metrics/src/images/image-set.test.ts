// References: images that are written here, as PNGs and arrays of @noisesmith/formats, whose samples are known; the
// rule of the data package for broken images (10 or 1 %, at most half).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@noisesmith/data';
import { bytesSource, type NdArray, openNpy, openNpz, writeNpy, writeNpz } from '@noisesmith/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resizeImages } from '../resize';
import { rgbPng } from '../testing/png';
import { arrayImages } from './array-images';
import { type IndexedBatch, imageBatches } from './batches';
import { datasetImages } from './dataset-images';
import type { ImageSet } from './image-set';

const root = mkdtempSync(join(tmpdir(), 'image-set-'));
afterAll(() => rmSync(root, { recursive: true }));

const COUNT = 45;
const SIDE = 7;
const EACH = SIDE * SIDE * 3;
const pixels = Uint8Array.from({ length: COUNT * EACH }, (_, i) => (i * 37 + Math.floor(i / EACH) * 11) % 256);
const asIs = { resize: 'area' };

async function batchesOf(set: ImageSet, network: { inputSize?: number; resize: string } = asIs) {
  const found: IndexedBatch[] = [];
  for await (const batch of imageBatches(set, network)) found.push(batch);
  return found;
}

const samplesOf = (batches: readonly IndexedBatch[]): number[] => batches.flatMap(({ data }) => [...data]);
const opened = async (array: NdArray, compress = false): Promise<ImageSet> => {
  const file = await openNpz(bytesSource(writeNpz({ arr_0: array }, { compress }), 'a.npz'));
  return arrayImages(file.entry('arr_0'), 'a.npz: arr_0', 'npz');
};
const array: NdArray = { dtype: 'U8', shape: [COUNT, SIDE, SIDE, 3], data: pixels };

beforeAll(() => {
  mkdirSync(join(root, 'set/inner'), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    // The order of a folder is that of its names.
    const name = i < 40 ? `${i}.png` : `inner/${i}.png`;
    writeFileSync(join(root, 'set', name), rgbPng(SIDE, SIDE, pixels.subarray(i * EACH, (i + 1) * EACH)));
  }
  writeFileSync(join(root, 'set/notes.txt'), '');
});

const folderSet = async () =>
  datasetImages(await openDataset(`folder:${join(root, 'set')}`, { folders: 'plain', cacheBytes: 0 }));

it.each([
  ['stored', false],
  ['deflated', true],
] as const)('a folder of PNGs and a %s npz hold the same images, in order, in batches', async (_, compress) => {
  const folder = await folderSet();
  expect(folder).toMatchObject({ count: COUNT, format: 'png' });
  expect(folder.warnings).toEqual([expect.stringContaining('1 with ending .txt')]);
  const npz = await opened(array, compress);
  expect(npz).toMatchObject({ name: 'a.npz: arr_0', count: COUNT, format: 'npz', warnings: [] });
  const [a, b] = [await batchesOf(folder), await batchesOf(npz)];
  expect(a.map(({ count }) => count)).toEqual([16, 16, 13]);
  expect(a.flatMap(({ indices }) => indices)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  expect(samplesOf(a)).toEqual([...Float32Array.from(pixels, (v) => v / 255)]);
  expect(samplesOf(b)).toEqual(samplesOf(a));
  const [x, y] = await npz.at([44, 3]);
  expect([x, y]).toEqual(await folder.at([44, 3]));
  expect(x!.data[0]).toBe(Math.fround(pixels[44 * EACH]! / 255));
});

it('some of a set are those images, also of a selection of a selection', async () => {
  for (const set of [await folderSet(), await opened(array), await opened(array, true)]) {
    const some = set.some([2, 3, 40, 44]).some([0, 2]);
    expect(some.count).toBe(2);
    const [batch] = await batchesOf(some);
    expect([batch!.data[0], batch!.data[EACH]]).toEqual([2, 40].map((i) => Math.fround(pixels[i * EACH]! / 255)));
    expect((await some.at([1]))[0]!.data[0]).toBe(batch!.data[EACH]);
  }
});

describe('images of an array', () => {
  it('may be grey, have alpha, or be floats', async () => {
    const grey = await opened({ dtype: 'U8', shape: [2, 1, 2], data: Uint8Array.of(0, 51, 255, 102) });
    expect(samplesOf(await batchesOf(grey))).toEqual(
      [0, 0, 0, 0.2, 0.2, 0.2, 1, 1, 1, 0.4, 0.4, 0.4].map((v) => Math.fround(v)),
    );
    const alpha = await opened({ dtype: 'F32', shape: [1, 1, 1, 4], data: Float32Array.of(0.5, 0, 1, 0.5) });
    expect(samplesOf(await batchesOf(alpha))).toEqual([0.75, 0.5, 1]);
    const npy = writeNpy({ dtype: 'F64', shape: [1, 1, 1, 3], data: Float64Array.of(0, 0.25, 1) });
    const floats = arrayImages(await openNpy(bytesSource(npy, 'f.npy')), 'f.npy', 'npy');
    expect(samplesOf(await batchesOf(floats))).toEqual([0, 0.25, 1]);
  });

  it.each<[string, NdArray, string]>([
    [
      'channels first',
      { dtype: 'U8', shape: [2, 3, 8, 8], data: new Uint8Array(384) },
      'U8 of shape [2, 3, 8, 8], expected images: uint8, or floats in [0, 1], of [n, height, width] or [n, height, width, channels] with 1, 3 or 4 channels; this looks like [n, channels, height, width], so transpose it by (0, 2, 3, 1)',
    ],
    ['whole numbers', { dtype: 'I32', shape: [1, 1, 1], data: new Int32Array(1) }, 'I32 of shape [1, 1, 1], expected'],
    ['features', { dtype: 'F32', shape: [4, 8], data: new Float32Array(32) }, 'F32 of shape [4, 8], expected images'],
  ])('%s are refused', async (_, wrong, message) => {
    await expect(opened(wrong)).rejects.toThrow(`a.npz: arr_0: ${message}`);
  });

  it.each([255, -0.5, Number.NaN])('a sample of %f is refused, with its image', async (value) => {
    const set = await opened({ dtype: 'F32', shape: [3, 1, 1], data: Float32Array.of(0, value, 1) });
    await expect(batchesOf(set)).rejects.toThrow(
      `a.npz: arr_0: image 1 has a sample of ${value}; expected floats in [0, 1], or bytes`,
    );
  });

  it('damage that a checksum tells is thrown', async () => {
    const bytes = writeNpz({ arr_0: array });
    bytes[bytes.length >> 1]! ^= 1;
    const file = await openNpz(bytesSource(bytes, 'a.npz'));
    await expect(batchesOf(arrayImages(file.entry('arr_0'), 'a', 'npz'))).rejects.toThrow(/a\.npz: arr_0.*CRC-32/);
  });
});

describe('batches', () => {
  it('for a network with an input are resized as it does, whatever the sizes were', async () => {
    const folder = join(root, 'sizes');
    mkdirSync(folder);
    const sizes = [
      [9, 4],
      [6, 6],
      [3, 8],
    ] as const;
    for (const [i, [width, height]] of sizes.entries())
      writeFileSync(join(folder, `${i}.png`), rgbPng(width, height, pixels));
    const set = datasetImages(await openDataset(`folder:${folder}`, { folders: 'plain', cacheBytes: 0 }));
    const [batch, ...more] = await batchesOf(set, { inputSize: 6, resize: 'clean' });
    expect([more.length, batch!.count, batch!.height, batch!.width]).toEqual([0, 3, 6, 6]);
    const data = Float32Array.from(pixels.subarray(0, 72), (v) => v / 255);
    const third = resizeImages({ count: 1, width: 3, height: 8, data }, 6, 'clean');
    expect([...batch!.data.subarray(216)]).toEqual([...third.data]);
    expect((await batchesOf(set)).map(({ width }) => width)).toEqual([9, 6, 3]);
    await expect(batchesOf(set, { inputSize: 6, resize: 'nearest' })).rejects.toThrow("resize 'nearest' is unknown");
  });

  it('leave out images that do not decode and tell them, until they are too many', async () => {
    const folder = join(root, 'broken');
    mkdirSync(folder);
    const good = rgbPng(2, 2, pixels);
    const fill = (wrong: readonly number[]): void => {
      for (let i = 0; i < 6; i++) writeFileSync(join(folder, `${i}.png`), wrong.includes(i) ? 'no image' : good);
    };
    fill([1, 4]);
    const set = datasetImages(await openDataset(`folder:${folder}`, { folders: 'plain', cacheBytes: 0 }));
    const broken: string[] = [];
    const indices: number[] = [];
    for await (const batch of imageBatches(set, asIs, { onBroken: ({ name }) => broken.push(name) })) {
      indices.push(...batch.indices);
    }
    expect(indices).toEqual([0, 2, 3, 5]);
    expect(broken).toEqual([`${folder}: 1.png`, `${folder}: 4.png`]);
    fill([1, 2, 3, 4]);
    await expect(batchesOf(set)).rejects.toThrow(/4\.png: .*; 4 of 6 images are broken so far, which is too many$/);
  });

  it('end with the reason of a signal', async () => {
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of imageBatches(await opened(array), asIs, { signal: controller.signal })) {
        controller.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
  });
});

it('images of a run are as its training sees them', async () => {
  const dataset = await openDataset(`folder:${join(root, 'set')}`, { folders: 'plain', size: 4, channels: 1 });
  const set = datasetImages(dataset, { as: 'prepared' });
  const [first] = await batchesOf(set);
  expect([first!.width, first!.height]).toEqual([4, 4]);
  const own = await dataset.pixels(0);
  expect([...first!.data.subarray(0, 48)]).toEqual([...own].flatMap((v) => [v, v, v]));
});
