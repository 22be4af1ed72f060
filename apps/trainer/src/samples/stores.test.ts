// References: the samples that were put in; readers of @noisesmith/formats and @noisesmith/data (sharp) for what is
// written. A kill is a file cut short at every byte; what is drawn again is what the cut took.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, openDataset } from '@noisesmith/data';
import { readNpz } from '@noisesmith/formats';
import { drawOf, type Images } from '@noisesmith/runs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGrid, openFileStore } from './file-store';
import { openFolderStore, STATE_FILE } from './folder-store';
import type { SampleJob, SampleStore } from './store';

const SIDE = 2;
const SIZE = SIDE * SIDE;
const drawnWith = { weights: 'abc', sampler: 'ddim', schedule: 'cosine', steps: 5, guidance: 0 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noisesmith-samples-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function job(name: string, seeds: readonly number[], more: Partial<SampleJob> = {}): SampleJob {
  const draw = drawOf(seeds, [0, 1, 2]);
  return { out: join(folder, name), draw, shape: [SIDE, SIDE, 1], classes: 3, classNames: [], drawnWith, ...more };
}

/** The sample of a seed: its pixels count up from it. */
const sampleOf = (seed: number): number[] => Array.from({ length: SIZE }, (_, i) => seed * 10 + i);

const imagesOf = (seeds: readonly number[]): Images => ({
  count: seeds.length,
  height: SIDE,
  width: SIDE,
  channels: 1,
  data: Uint8Array.from(seeds.flatMap(sampleOf)),
});

/** Draws at most `most` of what a store misses, two at a time. @returns the seeds that were drawn */
async function fill(store: SampleStore, { draw }: SampleJob, most = Infinity): Promise<number[]> {
  const drawn: number[] = [];
  for (let first = 0; first < Math.min(most, store.missing.length); first += 2) {
    const indices = store.missing.slice(first, first + 2);
    const seeds = indices.map((index) => draw.seeds[index]!);
    await store.put(indices, imagesOf(seeds));
    drawn.push(...seeds);
  }
  return drawn;
}

describe('a file', () => {
  const seeds = [4, 7, 5, 2, 9];

  it('appears when all samples are there, and the part file goes', async () => {
    const wanted = job('a.npz', seeds);
    {
      await using store = await openFileStore(wanted, 'npz');
      expect(await fill(store, wanted, 2)).toEqual([4, 7]);
      expect(readdirSync(folder)).toEqual(['a.npz.part']);
    }
    await using store = await openFileStore(wanted, 'npz');
    expect(await fill(store, wanted)).toEqual([5, 2, 9]);
    await store.finish();
    expect(readdirSync(folder)).toEqual(['a.npz']);
    const arrays = readNpz(readFileSync(wanted.out));
    expect(arrays.get('arr_0')).toEqual({
      dtype: 'U8',
      shape: [5, SIDE, SIDE, 1],
      data: Uint8Array.from(seeds.flatMap(sampleOf)),
    });
    expect(arrays.get('arr_1')).toEqual({ dtype: 'I32', shape: [5], data: Int32Array.of(1, 1, 2, 2, 0) });
  });

  it('has the names of classes; of one that has none its number', async () => {
    const wanted = job('a.npz', seeds, { classNames: ['cat', 'dog'] });
    await using store = await openFileStore(wanted, 'npz');
    await fill(store, wanted);
    await store.finish();
    const dataset = await openDataset(`npz:${wanted.out}`);
    expect(dataset.classes).toEqual(['cat', 'dog', '2']);
    expect(seeds.map((_, i) => dataset.label(i))).toEqual([1, 1, 2, 2, 0]);
  });

  it('is gone on with wherever a kill has cut it short', async () => {
    const wanted = job('a.npz', seeds);
    {
      await using store = await openFileStore(wanted, 'npz');
      await fill(store, wanted);
    }
    const part = `${wanted.out}.part`;
    const whole = readFileSync(part);
    const start = whole.indexOf('\n') + 1;
    const lengths = Array.from(whole.keys(), (byte) => byte + 1).filter((n) => n % 16 === 0 || Math.abs(n - start) < 9);
    for (const length of [0, ...lengths, whole.length]) {
      writeFileSync(part, whole.subarray(0, length));
      const left = Math.max(0, Math.floor((length - start) / SIZE));
      {
        await using store = await openFileStore(wanted, 'npz');
        expect(await fill(store, wanted)).toEqual(seeds.slice(left));
      }
      expect(readFileSync(part).equals(whole)).toBe(true);
    }
  });

  it('without a sample leaves nothing behind', async () => {
    {
      await using _store = await openFileStore(job('a.npz', seeds), 'npz');
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['other settings', { drawnWith: { ...drawnWith, steps: 9 } }, 'steps was 5, and 9 is asked for'],
    ['other weights', { drawnWith: { ...drawnWith, weights: 'd' } }, 'they were drawn with other weights'],
    ['other seeds', { draw: drawOf([1, 2], [0]) }, 'other seeds or labels are asked for'],
  ])('is not gone on with by %s', async (_, more, message) => {
    const wanted = job('a.npz', seeds);
    {
      await using store = await openFileStore(wanted, 'npz');
      await fill(store, wanted, 2);
    }
    const other = openFileStore({ ...wanted, ...more }, 'npz');
    await expect(other).rejects.toThrow(
      `${wanted.out}.part is there, of an earlier command: ${message}; remove it, or use another --out`,
    );
  });

  it('a file that is no part of samples is left alone', async () => {
    writeFileSync(join(folder, 'a.npz.part'), 'mine');
    await expect(openFileStore(job('a.npz', seeds), 'npz')).rejects.toThrow('no part of samples');
    expect(readFileSync(join(folder, 'a.npz.part'), 'utf8')).toBe('mine');
  });

  it('may be a grid, of a number of samples that can be looked at', async () => {
    const wanted = job('a.png', [0, 1, 2]);
    await using store = await openFileStore(wanted, 'png');
    await fill(store, wanted);
    await store.finish();
    const { height, width } = await decodeImage(readFileSync(wanted.out));
    // Three rows of one sample, of 48 pixels with gaps of 2.
    expect([width, height]).toEqual([52, 152]);
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    expect(() => checkGrid(job('a.png', many))).toThrow(
      /20,000 samples are too many for one picture, which holds at most 10,000 of 2x2; use \.npz or a folder$/,
    );
    expect(() => checkGrid(job('a.png', many.slice(0, 500), { shape: [1024, 1024, 3] }))).toThrow('at most 85 of');
  });
});

describe('a folder', () => {
  it('keeps what is finished, is added to, and reads as a labelled set', async () => {
    const wanted = job('d', [0, 1, 2, 3]);
    {
      await using store = await openFolderStore(wanted);
      expect(existsSync(wanted.out)).toBe(false);
      expect(await fill(store, wanted, 2)).toEqual([0, 1]);
    }
    {
      await using store = await openFolderStore(wanted);
      expect(await fill(store, wanted)).toEqual([2, 3]);
    }
    const more = job('d', [3, 4, 5]);
    await using store = await openFolderStore(more);
    expect(await fill(store, more)).toEqual([4, 5]);
    const dataset = await openDataset(`folder:${wanted.out}`, { channels: 1 });
    expect([dataset.size, dataset.classes]).toEqual([6, ['0', '1', '2']]);
    const raster = await decodeImage(readFileSync(join(wanted.out, '1', '000004.png')));
    expect(Array.from({ length: SIZE }, (_, i) => raster.data[i * raster.channels])).toEqual(sampleOf(4));
  });

  it('of other samples, or of files of somebody else, is refused', async () => {
    const wanted = job('d', [0, 1]);
    {
      await using store = await openFolderStore(wanted);
      await fill(store, wanted);
    }
    await expect(openFolderStore({ ...wanted, drawnWith: { ...drawnWith, sampler: 'ddpm' } })).rejects.toThrow(
      'it holds samples, and sampler was "ddim", and "ddpm" is asked for; use another folder',
    );
    rmSync(join(wanted.out, STATE_FILE));
    await expect(openFolderStore(wanted)).rejects.toThrow(`${join('0', '000000.png')} is there already, and no`);
    writeFileSync(join(wanted.out, STATE_FILE), '{');
    await expect(openFolderStore(wanted)).rejects.toThrow('how they were drawn is not known');
  });
});
