// References: the arrays as they are written here by this package's writers; layouts of torch.save, from the file of
// PyTorch beside its reader's test; for damage, what the readers of each format say.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeIdx } from '../idx';
import type { NdArray } from '../ndarray';
import { writeNpy } from '../npy';
import { writeNpz } from '../npz-write';
import { bytesSource } from '../range-source';
import { writeSafetensors } from '../safetensors-write';
import { openArrayFile } from './array-file';

const grid: NdArray = { dtype: 'F32', shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 2) };
const bytes: NdArray = { dtype: 'U8', shape: [5, 2, 2], data: Uint8Array.from({ length: 20 }, (_, i) => 200 + i) };
const scalar: NdArray = { dtype: 'I64', shape: [], data: BigInt64Array.of(-3n) };

const open = (content: Uint8Array, name?: string) => openArrayFile(bytesSource(content, name));

async function allOf(pieces: AsyncIterable<NdArray>): Promise<(number | bigint)[]> {
  const all: (number | bigint)[] = [];
  for await (const { data } of pieces) all.push(...(data as Iterable<number | bigint>));
  return all;
}

/** A file of each format that holds `bytes`. */
const withBytes: Readonly<Record<string, readonly [kind: string, name: string, content: Uint8Array]>> = {
  safetensors: ['safetensors', 'b', writeSafetensors({ a: grid, b: bytes }, { step: '1' })],
  npz: ['npz', 'b', writeNpz({ a: grid, b: bytes })],
  'npz, deflated': ['npz', 'b', writeNpz({ a: grid, b: bytes }, { compress: true })],
  npy: ['npy', '', writeNpy(bytes)],
  idx: ['idx', '', writeIdx(bytes)],
  'idx in gzip': ['idx', '', gzipSync(writeIdx(bytes))],
};

describe('openArrayFile', () => {
  it.each(Object.entries(withBytes))('%s: entries, pieces, rows', async (_, [kind, name, content]) => {
    const file = await open(content);
    expect(file.kind).toBe(kind);
    expect(file.problems).toEqual([]);
    expect(file.entries.find((entry) => entry.name === name)).toEqual({
      name,
      dtype: 'U8',
      shape: [5, 2, 2],
      bytes: 20,
    });
    expect(await allOf(file.pieces(name, 8))).toEqual([...(bytes.data as Uint8Array)]);
    expect(await file.rows(name, 1, 2)).toEqual({ dtype: 'U8', shape: [2, 2, 2], data: bytes.data.slice(4, 12) });
    await expect(file.rows(name, 4, 2)).rejects.toThrow(RangeError);
    await expect(allOf(file.pieces('c'))).rejects.toThrow(/no (tensor|array) "c"/);
  });

  it('gives pieces no larger than is asked for', async () => {
    for (const [, name, content] of Object.values(withBytes)) {
      const lengths: number[] = [];
      for await (const { data } of (await open(content)).pieces(name, 8)) lengths.push(data.length);
      expect(lengths).toEqual([8, 8, 4]);
    }
  });

  it('reads metadata, scalars and empty arrays', async () => {
    const none: NdArray = { dtype: 'F32', shape: [0, 3], data: new Float32Array(0) };
    for (const content of [writeSafetensors({ scalar, none }, { step: '7' }), writeNpz({ scalar, none })]) {
      const file = await open(content);
      expect(await allOf(file.pieces('scalar'))).toEqual([-3n]);
      expect(await allOf(file.pieces('none'))).toEqual([]);
      await expect(file.rows('scalar', 0, 1)).rejects.toThrow('scalar');
    }
    expect((await open(writeSafetensors({ scalar }, { step: '7' }))).metadata).toEqual({ step: '7' });
  });

  it.each(['torch-zip', 'torch-legacy'])('reads what torch.save wrote: %s', async (name) => {
    const file = await open(readFileSync(new URL(`../../fixtures/${name}.pth`, import.meta.url)), 'x.pth');
    expect(file.kind).toBe('torch');
    expect(file.entries.find((entry) => entry.name === 'f64')).toEqual({
      name: 'f64',
      dtype: 'F64',
      shape: [2, 3],
      bytes: 48,
    });
    expect(await allOf(file.pieces('i32'))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await file.rows('i32', 1, 1)).toEqual({ dtype: 'I32', shape: [1, 3], data: Int32Array.of(3, 4, 5) });
    await expect(file.rows('i32', 2, 1)).rejects.toThrow('rows 2..3 asked for, it has 2');
    await expect(file.rows('scalar', 0, 1)).rejects.toThrow('rows of a scalar');
  });

  it('lists what can be read beside an array that cannot', async () => {
    const content = writeNpz({ a: grid, b: bytes });
    content[content.lastIndexOf(0x93)]! ^= 0xff;
    const file = await open(content, 'x.npz');
    expect(file.entries.map(({ name }) => name)).toEqual(['a']);
    expect(file.problems).toEqual([expect.stringMatching(/^x\.npz: b\.npy: /)]);
  });

  it.each([
    ['nothing', 'x.npz', new Uint8Array(0), 'x.npz: the file is empty'],
    [
      'text',
      'x.txt',
      new TextEncoder().encode('weights, of a kind'),
      'x.txt: not a safetensors, npz, npy, IDX or torch',
    ],
    [
      'text called so',
      'x.safetensors',
      new TextEncoder().encode('weights, of a kind'),
      'not a safetensors file: header',
    ],
    ['half an archive', 'x.npz', writeNpz({ b: bytes }).slice(0, 150), 'x.npz: not a readable npz archive'],
    ['half of what torch saved', 'x.pth', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0), 'not a readable zip archive'],
    [
      'half an IDX file',
      'x',
      writeIdx(bytes).slice(0, 20),
      'x: truncated: IDX shape [5,2,2] of U8 takes 20 bytes, found 4',
    ],
    ['a piece of its header', 'x', writeIdx(bytes).slice(0, 10), 'x: truncated: 10 bytes, an IDX header'],
    ['half an npy file', 'x.npy', writeNpy(bytes).slice(0, 130), 'x.npy: '],
    ['half of a gzip', 'x.gz', gzipSync(writeIdx(bytes)).subarray(0, 30), 'x.gz: damaged or cut off'],
  ])('says what is wrong with %s', async (_, name, content, message) => {
    const error = await open(content, name).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name: 'FormatError', message: expect.stringContaining(message) });
    expect(error!.message).not.toContain('\n');
  });

  it('knows a safetensors file whose length of header begins as other files do', async () => {
    for (const [low, high] of [
      [0x80, 0],
      [0x50, 0x4b],
      [0x1f, 0x8b],
    ]) {
      const length = low! + 256 * high!;
      const pad = length > 200 ? length : length + 256 * 256;
      const json = JSON.stringify({ w: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }).padEnd(pad);
      const content = new Uint8Array(8 + pad + 1);
      new DataView(content.buffer).setUint32(0, pad, true);
      content.set(new TextEncoder().encode(json), 8);
      expect(await open(content)).toMatchObject({ kind: 'safetensors', entries: [{ name: 'w', bytes: 1 }] });
    }
  });
});
