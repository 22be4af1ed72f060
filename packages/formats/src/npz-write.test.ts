// Reference: what was put in, read back; bytes that NumPy wrote (fixtures/make.py); the layout of the records as PKWARE's APPNOTE.TXT gives it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NdArray } from './ndarray';
import { openNpz, readNpz } from './npz';
import { npzParts, writeNpz } from './npz-write';
import { collectParts, type PartedArray, partedArray, partedTexts } from './parts';
import { bytesSource } from './range-source';

const images: NdArray = { dtype: 'U8', shape: [2, 2, 2, 3], data: Uint8Array.from({ length: 24 }, (_, i) => i) };
const arrays = new Map<string, NdArray>([
  ['arr_0', images],
  ['größe/1', { dtype: 'F16', shape: [], data: Uint16Array.of(0x3c00) }],
  ['none', { dtype: 'I64', shape: [0, 5], data: new BigInt64Array(0) }],
]);

describe('whole', () => {
  it.each([false, true])('round trip, compress %s, always the same bytes', (compress) => {
    const written = writeNpz(arrays, { compress });
    expect([...readNpz(written)]).toEqual([...arrays]);
    expect(writeNpz(arrays, { compress })).toEqual(written);
  });

  it('names the array it cannot hold', () => {
    expect(() => writeNpz({ w: { dtype: 'BF16', shape: [0], data: new Uint16Array(0) } })).toThrow(
      'array "w": npy cannot hold BF16',
    );
    expect(() => writeNpz({ w: { dtype: 'F32', shape: [2], data: new Float32Array(1) } })).toThrow(
      'array "w": shape [2] has 2 elements, but the data has 1',
    );
  });
});

describe('texts', () => {
  const texts = ['cat', 'größe', '🐱', '', 'a b '];

  it('are as NumPy writes them, beside arrays that are read without them', async () => {
    const bytes = await collectParts(npzParts([partedArray('arr_0', images), partedTexts('texts', texts)]));
    expect([...readNpz(bytes)]).toEqual([['arr_0', images]]);
    expect(await (await openNpz(bytesSource(bytes))).text('texts')).toEqual(texts);
    const member = (archive: Uint8Array): Uint8Array => {
      const start = new TextDecoder('latin1').decode(archive).indexOf('\x93NUMPY');
      return archive.slice(start, start + 128 + texts.length * 5 * 4);
    };
    const alone = await collectParts(npzParts([partedTexts('texts', texts)]));
    const numpy = readFileSync(new URL('../fixtures/texts.npz', import.meta.url));
    expect(member(alone)).toEqual(member(new Uint8Array(numpy)));
    expect(bytes).toEqual(writeNpz({ arr_0: images }, { texts: { texts } }));
    const packed = await openNpz(bytesSource(writeNpz({ arr_0: images }, { texts: { texts }, compress: true })));
    expect(await packed.text('texts')).toEqual(texts);
    expect(() => writeNpz({ a: images }, { texts: { a: [] } })).toThrow('array "a": this name is given twice');
    const none = await collectParts(npzParts([partedTexts('texts', [])]));
    expect(await (await openNpz(bytesSource(none))).text('texts')).toEqual([]);
  });

  it('of what is no character are refused', async () => {
    const data = Uint32Array.of(97, 0x110000);
    const array = { ...partedArray('texts', { dtype: 'U32', shape: [1, 2], data }), text: true };
    const file = await openNpz(bytesSource(await collectParts(npzParts([array])), 'x.npz'));
    await expect(file.text('texts')).rejects.toThrow('x.npz: texts.npy: text 0 holds 1114112, which is no character');
  });
});

describe('in parts', () => {
  it('gives the same bytes, however the data is cut', async () => {
    const bytewise: PartedArray[] = [...arrays].map(([name, array]) => ({
      ...partedArray(name, array),
      async *data() {
        for (const byte of new Uint8Array(array.data.buffer)) yield Uint8Array.of(byte);
      },
    }));
    expect(await collectParts(npzParts(bytewise))).toEqual(writeNpz(arrays));
  });

  it('refuses at once what cannot be written, and data of another length while it comes', async () => {
    const array = (name: string, length: number): PartedArray => ({
      name,
      dtype: 'U8',
      shape: [3],
      data: () => [new Uint8Array(length)],
    });
    expect(() => npzParts([array('a', 3), array('a', 3)])).toThrow('array "a": this name is given twice');
    expect(() => npzParts([{ ...array('a', 3), dtype: 'BF16' }])).toThrow('array "a": npy cannot hold BF16');
    expect(() => npzParts([{ ...array('a', 3), shape: [1.5] }])).toThrow('array "a": shape [1.5] is not a list');
    await expect(collectParts(npzParts([array('a', 2)]))).rejects.toThrow(
      'array "a": its data has 2 bytes, U8 of shape [3] takes 3',
    );
    await expect(collectParts(npzParts([array('a', 4)]))).rejects.toThrow('array "a": its data has at least 4 bytes');
  });
});
