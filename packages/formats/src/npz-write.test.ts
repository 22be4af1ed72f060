// Reference: what was put in, read back; the layout of the records as PKWARE's APPNOTE.TXT gives it.
import { describe, expect, it } from 'vitest';
import type { NdArray } from './ndarray';
import { readNpz } from './npz';
import { npzParts, writeNpz } from './npz-write';
import { collectParts, type PartedArray, partedArray } from './parts';

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
