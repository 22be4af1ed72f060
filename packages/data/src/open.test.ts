// Reference: images made here by sharp and arrays written by @noisesmith/formats, in a temporary folder; what must come
// back is known from how they were made.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NdArray, writeIdx, writeNpz } from '@noisesmith/formats';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenFiles } from './chosen-files';
import { trainBatch } from './dataset';
import { decodeImage } from './decode';
import { filesDataset } from './encoded';
import { openDataset } from './open';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'data-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const flat = (width: number, height: number, r: number, g: number, b: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r, g, b, alpha } } });

async function put(path: string, bytes: Uint8Array | string): Promise<string> {
  const full = join(root, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, bytes);
  return full;
}

async function expectOneLine(promise: Promise<unknown>, message: string): Promise<void> {
  const error: unknown = await promise.then(
    () => expect.fail('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).not.toContain('\n');
}

describe('folder', () => {
  beforeAll(async () => {
    await put('pets/cat/b.png', await flat(20, 10, 255, 0, 0).png().toBuffer());
    await put('pets/cat/a.jpeg', await flat(16, 16, 0, 255, 0).flatten().jpeg({ quality: 100 }).toBuffer());
    await put('pets/cat/deep/c.png', await flat(8, 8, 0, 0, 0, 0).png().toBuffer());
    await put('pets/Zebra/d.webp', await flat(9, 30, 0, 0, 255).webp({ lossless: true }).toBuffer());
    await put('pets/Zebra/notes.txt', 'not an image');
  });

  it('decodes PNG, JPEG and WebP; left-out files are told', async () => {
    const pets = await openDataset(`folder:${join(root, 'pets')}`, { size: 4 });
    expect([pets.size, pets.height, pets.width, pets.channels]).toEqual([4, 4, 4, 3]);
    expect(pets.classes).toEqual(['Zebra', 'cat']);
    expect(pets.skipped).toEqual([{ reason: 'ending .txt', count: 1, example: 'Zebra/notes.txt' }]);
    expect(pets.warnings).toEqual([
      `${join(root, 'pets')}: left out by their ending: 1 with ending .txt (Zebra/notes.txt)`,
    ]);
    const { images, labels } = await pets.batch([0, 1, 2, 3]);
    expect([...labels]).toEqual([0, 1, 1, 1]);
    const colours = [
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 1], // transparent, on white
    ];
    for (let p = 0; p < 64; p++) {
      for (let c = 0; c < 3; c++) expect(Math.abs(images[p * 3 + c]! - colours[p >> 4]![c]!)).toBeLessThan(0.02);
    }
  });

  it('without a size asks for one as soon as images differ, naming the image', async () => {
    const pets = await openDataset(`folder:${join(root, 'pets')}`);
    await expectOneLine(pets.pixels(1), 'cat/a.jpeg: 16x16 pixels, but the first image has 9x9; choose a size');
  });

  it('serves the same numbers from the cache and without one', async () => {
    const spec = `folder:${join(root, 'pets')}`;
    const cached = await openDataset(spec, { size: 5 });
    const uncached = await openDataset(spec, { size: 5, cacheBytes: 0 });
    const first = await cached.pixels(1);
    expect(await cached.pixels(1)).toEqual(first);
    expect(await uncached.pixels(1)).toEqual(first);
    first.fill(9);
    expect((await cached.pixels(1))[0]).toBeLessThan(2);
  });

  it('without sub-folders has no labels; beside sub-folders is an error', async () => {
    await put('plain/a.png', await flat(4, 4, 9, 9, 9).png().toBuffer());
    const plain = await openDataset(`folder:${join(root, 'plain')}`);
    expect([plain.classes, plain.label(0)]).toEqual([[], -1]);
    await put('mixed/a.png', 'x');
    await put('mixed/k/b.png', 'x');
    await expectOneLine(
      openDataset(`folder:${join(root, 'mixed')}`),
      '1 of 2 images, such as a.png, lie beside class folders',
    );
    await expectOneLine(openDataset(`folder:${join(root, 'absent')}`), 'absent: no such folder');
    await mkdir(join(root, 'empty'));
    await expectOneLine(
      openDataset(`folder:${join(root, 'empty')}`),
      'empty: no images (.jpg .jpeg .jpe .jfif .png .webp .gif .avif); it holds no files',
    );
  });

  it('takes files chosen in a browser', async () => {
    const png = await flat(2, 2, 255, 255, 255).png().toBuffer();
    const file = Object.assign(new File([new Uint8Array(png)], 'b.png'), { webkitRelativePath: 'top/k/b.png' });
    const set = await filesDataset(chosenFiles([file]));
    expect([set.name, set.describe(0)]).toEqual(['top', 'top: k/b.png']);
    expect(set.classes).toEqual(['k']);
    expect([...(await set.pixels(0))]).toEqual(new Array(12).fill(1));
  });
});

it('applies EXIF orientation and keeps the samples of a tagged profile', async () => {
  const data = Uint8Array.of(255, 0, 0, 10, 20, 30);
  const bytes = await sharp(data, { raw: { width: 2, height: 1, channels: 3 } })
    .png()
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const image = await decodeImage(bytes);
  expect([image.width, image.height, image.channels]).toEqual([1, 2, 4]);
  expect([...image.data]).toEqual([255, 0, 0, 255, 10, 20, 30, 255]);
  await expectOneLine(decodeImage(Uint8Array.of(1, 2, 3), 'x.png'), 'x.png: ');
});

describe('emoji', () => {
  // The layout of emoji-datasource-google: emoji.json and img/VENDOR/64.
  beforeAll(async () => {
    const entries = [
      { image: '1f600.png', category: 'Smileys & Emotion' },
      {
        image: '1f44b.png',
        category: 'People & Body',
        skin_variations: { '1F3FB': { image: '1f44b-1f3fb.png' }, '1F3FF': { image: '1f44b-1f3ff.png' } },
      },
      { image: '2764.png', category: 'Symbols' },
      { image: '1f3fb.png', category: 'Component' },
    ];
    await put('emoji/emoji.json', JSON.stringify(entries));
    for (const name of ['1f600', '1f44b', '1f44b-1f3fb', '1f44b-1f3ff', '2764', '1f3fb']) {
      const half = await flat(32, 64, 255, 0, 0).png().toBuffer();
      const png = await flat(64, 64, 0, 0, 0, 0)
        .composite([{ input: half, left: 0, top: 0 }])
        .png()
        .toBuffer();
      await put(`emoji/img/google/64/${name}.png`, png);
      await put('emoji/img/google/sheets/64.png', png);
    }
  });

  it('has categories as classes, Component merged, on white', async () => {
    const emoji = await openDataset(`emoji:${join(root, 'emoji')}`);
    expect(emoji.classes).toEqual(['People & Body', 'Smileys & Emotion', 'Symbols']);
    expect([emoji.size, emoji.height, emoji.width]).toEqual([4, 64, 64]);
    const { images, labels } = await emoji.batch([0, 1, 2, { index: 3, flip: true }]);
    expect([...labels]).toEqual([1, 0, 2, 2]);
    const pixel = (image: number, x: number) => [
      ...images.subarray((image * 4096 + x) * 3, (image * 4096 + x) * 3 + 3),
    ];
    expect([pixel(0, 0), pixel(0, 63)]).toEqual([
      [1, 0, 0],
      [1, 1, 1],
    ]);
    expect([pixel(3, 0), pixel(3, 63)]).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
  });

  it('adds skin variants when asked', async () => {
    const emoji = await openDataset(`emoji:${join(root, 'emoji')}`, { skinVariants: true });
    expect(Array.from({ length: emoji.size }, (_, i) => emoji.label(i))).toEqual([1, 0, 0, 0, 2, 2]);
  });

  it('names a missing picture and a broken manifest', async () => {
    await put('gap/emoji.json', '[{"image":"a.png","category":"Flags"}]');
    await put('gap/img/google/64/b.png', 'x');
    await expectOneLine(openDataset(`emoji:${join(root, 'gap')}`), 'emoji.json: picture a.png is missing');
    await put('odd/emoji.json', '{');
    await expectOneLine(openDataset(`emoji:${join(root, 'odd')}`), 'emoji.json: not JSON');
    await expectOneLine(openDataset(`emoji:${join(root, 'nowhere')}`), 'emoji.json: no such file');
  });
});

const images: NdArray = { dtype: 'U8', shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) };
const colour: NdArray = { dtype: 'U8', shape: [2, 1, 1, 3], data: Uint8Array.of(0, 51, 255, 102, 153, 204) };
const bytesOfLabels = (...values: number[]): NdArray => ({
  dtype: 'I8',
  shape: [values.length],
  data: Int8Array.from(values),
});

describe('idx', () => {
  it('with and without labels', async () => {
    const imagesPath = await put('i.idx', writeIdx(images));
    const labelsPath = await put('l.idx', writeIdx(bytesOfLabels(2, 0, 1)));
    const labelled = await openDataset(`idx:${imagesPath},${labelsPath}`, { channels: 1 });
    expect([labelled.size, labelled.classes, labelled.label(0)]).toEqual([3, ['0', '1', '2'], 2]);
    expect([...(await labelled.pixels(1))]).toEqual([4, 5, 6, 7].map((v) => Math.fround(v / 255)));
    expect((await openDataset(`idx:${imagesPath}`)).label(0)).toBe(-1);
  });

  it('takes a comma in a name as \\,', async () => {
    await put('with,comma.idx', writeIdx(images));
    await put('la,bels.idx', writeIdx(bytesOfLabels(2, 0, 1)));
    const set = await openDataset(`idx:${join(root, 'with\\,comma.idx')},${join(root, 'la\\,bels.idx')}`);
    expect([set.size, set.label(0), set.name]).toEqual([3, 2, join(root, 'with,comma.idx')]);
    await expectOneLine(
      openDataset(`idx:${join(root, 'with,comma.idx')}`),
      'with: no such file; write a comma that is part of a name as \\,',
    );
  });

  it('names what does not fit', async () => {
    const imagesPath = await put('i.idx', writeIdx(images));
    const negative = await put('n.idx', writeIdx(bytesOfLabels(0, -1, 1)));
    const few = await put('f.idx', writeIdx(bytesOfLabels(0)));
    await expectOneLine(
      openDataset(`idx:${imagesPath},${negative}`),
      'n.idx: image 1: label -1 is out of range, expected 0 to 65535; labels are numbered from 0',
    );
    await expectOneLine(openDataset(`idx:${imagesPath},${few}`), 'f.idx: 1 labels for 3 images');
    await expectOneLine(openDataset(`idx:${few}`), 'images are I8 of shape [1], expected U8');
    await expectOneLine(openDataset('idx:a,b,c'), 'idx:a,b,c: expected idx:IMAGES or idx:IMAGES,LABELS; write');
    await expectOneLine(openDataset('idx:/nowhere/x'), '/nowhere/x: no such file');
  });
});

describe('npz', () => {
  it('with labels', async () => {
    const labels: NdArray = { dtype: 'I64', shape: [2], data: BigInt64Array.of(1n, 0n) };
    const path = await put('a.npz', writeNpz({ arr_0: colour, arr_1: labels }));
    const set = await openDataset(`npz:${path}`);
    expect([set.size, set.height, set.width, set.label(0)]).toEqual([2, 1, 1, 1]);
    expect([...(await set.pixels(0))]).toEqual([0, 0.2, 1].map(Math.fround));
  });

  it('names what does not fit', async () => {
    const path = await put('b.npz', writeNpz({ images: colour }));
    await expectOneLine(openDataset(`npz:${path}`), 'b.npz: no array arr_0 of images, only images');
    const huge: NdArray = { dtype: 'I64', shape: [2], data: BigInt64Array.of(0n, 2n ** 32n + 1n) };
    const wrong = await put('c.npz', writeNpz({ arr_0: colour, arr_1: huge }));
    await expectOneLine(openDataset(`npz:${wrong}`), 'arr_1: image 1: label 4294967297 is out of range');
  });
});

it.each<[string, NdArray, NdArray | undefined, string]>([
  [
    'floats',
    { dtype: 'F32', shape: [2, 1, 1, 3], data: new Float32Array(6) },
    undefined,
    'images are F32 of shape [2, 1, 1, 3], expected U8 of [n, height, width] or [n, height, width, channels] with 1, 3 or 4 channels; make values in [0, 1] bytes by rounding 255 times them, in [-1, 1] by',
  ],
  [
    'channels first',
    { dtype: 'U8', shape: [2, 3, 2, 2], data: new Uint8Array(24) },
    undefined,
    'this looks like [n, channels, height, width], so transpose it by (0, 2, 3, 1)',
  ],
  ['wide integers', { dtype: 'I64', shape: [1, 2, 2], data: new BigInt64Array(4) }, undefined, '; convert it to uint8'],
  ['one image', { dtype: 'U8', shape: [2, 2], data: new Uint8Array(4) }, undefined, 'with 1, 3 or 4 channels'],
  [
    'one-hot labels',
    colour,
    { dtype: 'U8', shape: [2, 10], data: new Uint8Array(20) },
    'arr_1: labels are of shape [2, 10], expected [2]; of one-hot labels take the argmax along axis 1',
  ],
  [
    'labels of floats',
    colour,
    { dtype: 'F64', shape: [2], data: new Float64Array(2) },
    'arr_1: labels are F64, expected whole numbers; convert them to an integer type',
  ],
])('npz with %s: the way to what is expected', async (name, arr_0, arr_1, message) => {
  const path = await put(`mend ${name}.npz`, writeNpz(arr_1 === undefined ? { arr_0 } : { arr_0, arr_1 }));
  await expectOneLine(openDataset(`npz:${path}`), message);
});

describe('specs and options', () => {
  it.each(['cifar', 'folder', 'folder:', 'mnist:x', ''])('unknown: %j lists the known ones', async (spec) => {
    await expectOneLine(
      openDataset(spec),
      `unknown data set '${spec}', expected one of: mnist emoji emoji:FOLDER cifar10:FOLDER folder:PATH idx:IMAGES[,LABELS] npz:FILE`,
    );
  });

  it('refuses options that cannot be', async () => {
    const path = await put('d.npz', writeNpz({ arr_0: colour }));
    await expectOneLine(openDataset(`npz:${path}`, { split: 'test' }), 'only mnist and cifar10 have a test split');
    await expectOneLine(openDataset(`npz:${path}`, { skinVariants: true }), 'only emoji has skin variants');
    await expectOneLine(openDataset(`npz:${path}`, { size: 1.5 }), 'image size 1.5 is not a whole number >= 1');
  });

  it('refuses an image that is not there', async () => {
    const path = await put('e.npz', writeNpz({ arr_0: colour }));
    const set = await openDataset(`npz:${path}`);
    await expect(set.pixels(2)).rejects.toThrow('image 2 is out of range, expected 0 to 1');
  });
});

it('mirrors only when the stream says so', async () => {
  const path = await put('m.npz', writeNpz({ arr_0: { dtype: 'U8', shape: [1, 1, 2], data: Uint8Array.of(0, 255) } }));
  const set = await openDataset(`npz:${path}`, { channels: 1, crop: 'none' });
  const kinds = async (flip: boolean) => {
    const { images: pixels } = await trainBatch(set, { seed: 1, batchSize: 64, flip }, 0);
    return new Set(Array.from({ length: 64 }, (_, k) => pixels[2 * k]));
  };
  expect(await kinds(false)).toEqual(new Set([0]));
  expect(await kinds(true)).toEqual(new Set([0, 1]));
});
