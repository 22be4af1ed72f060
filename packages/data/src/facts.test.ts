// Reference: data sets made here, whose contents are known, and the definition of a fingerprint: equal for equal contents.
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NdArray, writeIdx, writeNpz } from '@noisesmith/formats';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetChanges, datasetFacts } from './facts';
import { openDataset } from './open';

const root = mkdtempSync(join(tmpdir(), 'facts-'));
afterAll(() => rmSync(root, { recursive: true }));

let png: Buffer;
beforeAll(async () => {
  png = await sharp({ create: { width: 5, height: 4, channels: 3, background: '#123456' } })
    .png()
    .toBuffer();
  for (const folder of ['cat', 'dog']) {
    mkdirSync(join(root, 'a', folder), { recursive: true });
    for (let k = 0; k < 3; k++) writeFileSync(join(root, 'a', folder, `${k}.png`), png);
  }
  writeFileSync(join(root, 'a/cat/notes.txt'), '');
});

const factsOf = async (spec: string) => datasetFacts(await openDataset(spec, { size: 4 }));

/** A copy of the set, changed. */
async function changed(name: string, change: (folder: string) => void) {
  const folder = join(root, name);
  cpSync(join(root, 'a'), folder, { recursive: true });
  change(folder);
  return factsOf(`folder:${folder}`);
}

it('of a folder: images, classes with counts, what is left out and why', async () => {
  const { fingerprint, ...facts } = await factsOf(`folder:${join(root, 'a')}`);
  expect(facts).toEqual({
    name: join(root, 'a'),
    images: 6,
    classes: [
      { name: 'cat', images: 3 },
      { name: 'dog', images: 3 },
    ],
    sizes: null,
    skipped: [{ reason: 'ending .txt', count: 1, example: 'cat/notes.txt' }],
    warnings: [`${join(root, 'a')}: left out by their ending: 1 with ending .txt (cat/notes.txt)`],
  });
  expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
});

describe('changes', () => {
  it('are none in a copy elsewhere, nor by a hidden file', async () => {
    const before = await factsOf(`folder:${join(root, 'a')}`);
    const copy = await changed('copy', (folder) => writeFileSync(join(folder, 'cat/._0.png'), 'x'));
    expect(copy.fingerprint).toBe(before.fingerprint);
    expect(datasetChanges(before, copy)).toBeUndefined();
  });

  it.each<[string, (folder: string) => void]>([
    ['class Aardvark is new', (folder) => cpSync(join(folder, 'cat'), join(folder, 'Aardvark'), { recursive: true })],
    ['class cat is gone', (folder) => rmSync(join(folder, 'cat'), { recursive: true })],
    ['class cow is new, class cat is gone', (folder) => renameSync(join(folder, 'cat'), join(folder, 'cow'))],
    ['class dog has 4 images, not 3', (folder) => writeFileSync(join(folder, 'dog/9.png'), png)],
    ['as many images in each class', (folder) => renameSync(join(folder, 'dog/0.png'), join(folder, 'dog/00.png'))],
    [
      'as many images in each class',
      (folder) => writeFileSync(join(folder, 'dog/0.png'), Buffer.concat([png, Buffer.from('x')])),
    ],
  ])('%s', async (expected, change) => {
    const before = await factsOf(`folder:${join(root, 'a')}`);
    const now = await changed(`changed ${Math.random()}`, change);
    expect(datasetChanges(before, now)).toContain(expected);
  });
});

describe('of arrays', () => {
  const images: NdArray = { dtype: 'U8', shape: [3, 2, 5], data: Uint8Array.from({ length: 30 }, (_, i) => i) };
  const labels = (...values: number[]): NdArray => ({ dtype: 'U8', shape: [3], data: Uint8Array.from(values) });
  const npz = (name: string, arr_0: NdArray, arr_1: NdArray): string => {
    writeFileSync(join(root, name), writeNpz({ arr_0, arr_1 }));
    return `npz:${join(root, name)}`;
  };

  it('sizes are known, classes without images are told', async () => {
    const facts = await factsOf(npz('gap.npz', images, labels(0, 3, 3)));
    expect(facts.sizes).toEqual({ widths: [5, 5], heights: [2, 2] });
    expect(facts.classes.map(({ images: count }) => count)).toEqual([1, 0, 0, 2]);
    expect(facts.warnings).toEqual([`${join(root, 'gap.npz')}: no image has the label 1, 2, of 4 classes`]);
  });

  it('pixels, labels and shape count, the container does not', async () => {
    const first = await factsOf(npz('a.npz', images, labels(0, 1, 2)));
    const digits = [first.fingerprint];
    digits.push((await factsOf(npz('b.npz', { ...images, shape: [3, 5, 2] }, labels(0, 1, 2)))).fingerprint);
    digits.push((await factsOf(npz('c.npz', images, labels(0, 2, 1)))).fingerprint);
    const other = Uint8Array.from(images.data as Uint8Array);
    other[29] = 0;
    digits.push((await factsOf(npz('d.npz', { ...images, data: other } as NdArray, labels(0, 1, 2)))).fingerprint);
    expect(new Set(digits).size).toBe(4);
    writeFileSync(join(root, 'i.idx'), writeIdx(images));
    writeFileSync(join(root, 'l.idx'), writeIdx(labels(0, 1, 2)));
    const same = await factsOf(`idx:${join(root, 'i.idx')},${join(root, 'l.idx')}`);
    expect(same.fingerprint).toBe(first.fingerprint);
  });
});
