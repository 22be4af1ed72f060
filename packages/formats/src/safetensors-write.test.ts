// Reference: the published description of the format (headers assembled by hand), and what was put in.
import { describe, expect, it } from 'vitest';
import type { NdArray } from './ndarray';
import { collectParts, type PartedArray, partedArray } from './parts';
import { readSafetensors } from './safetensors';
import { safetensorsParts, writeSafetensors } from './safetensors-write';

const tensors = new Map<string, NdArray>([
  ['10', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
  ['2', { dtype: 'BF16', shape: [2, 1], data: Uint16Array.of(0x3f80, 0xc000) }],
  ['odd', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['f64', { dtype: 'F64', shape: [], data: Float64Array.of(0.5) }],
  ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
]);

describe('whole', () => {
  it('lays out the header as the format says', () => {
    const file = writeSafetensors({ w: tensors.get('10')! }, { k: 'v' });
    const json = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
    expect(new DataView(file.buffer).getBigUint64(0, true)).toBe(BigInt(padded.length));
    expect(new TextDecoder().decode(file.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...file.subarray(8 + padded.length)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('round trip keeps order, metadata and unaligned data', () => {
    const file = writeSafetensors(tensors, { a: '1', b: 'ü' });
    expect(file).toEqual(writeSafetensors(tensors, { a: '1', b: 'ü' }));
    // From an odd offset, as when the file lies inside another buffer.
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const back = readSafetensors(shifted.subarray(1));
    expect(back.metadata).toEqual({ a: '1', b: 'ü' });
    expect([...back.tensors]).toEqual([...tensors]);
  });

  it('refuses arrays that do not fit together', () => {
    expect(() => writeSafetensors({ w: { dtype: 'F32', shape: [3], data: new Float32Array(2) } })).toThrow(
      'tensor "w": shape [3] has 3 elements, but the data has 2',
    );
    expect(() => writeSafetensors({ __metadata__: tensors.get('10')! })).toThrow('reserved');
  });
});

describe('in parts', () => {
  const bytewise = ([name, array]: [string, NdArray]): PartedArray => ({
    ...partedArray(name, array),
    async *data() {
      const bytes = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
      for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1);
    },
  });

  it('gives the same bytes, however the data is cut', async () => {
    const whole = writeSafetensors(tensors, { k: 'v' });
    const parts = [...tensors].map(([name, array]) => partedArray(name, array));
    expect(await collectParts(safetensorsParts(parts, { k: 'v' }))).toEqual(whole);
    expect(await collectParts(safetensorsParts([...tensors].map(bytewise), { k: 'v' }))).toEqual(whole);
  });

  it('lays out a file beyond 4 GiB, and takes the data of a tensor only when its turn has come', async () => {
    const asked: string[] = [];
    const large = (name: string): PartedArray => ({
      name,
      dtype: 'F32',
      shape: [2 ** 31],
      *data() {
        asked.push(name);
        yield new Uint8Array(4);
      },
    });
    const parts = safetensorsParts([large('a'), large('b')])[Symbol.asyncIterator]();
    const { value: header } = await parts.next();
    const json = JSON.parse(new TextDecoder().decode(header!.subarray(8)));
    expect([json.a.data_offsets, json.b.data_offsets]).toEqual([
      [0, 2 ** 33],
      [2 ** 33, 2 ** 34],
    ]);
    expect(asked).toEqual([]);
    await parts.next();
    expect(asked).toEqual(['a']);
  });

  const w = (...pieces: Uint8Array[]): PartedArray => ({ name: 'w', dtype: 'F32', shape: [2], data: () => pieces });
  it.each<[string, PartedArray[], string]>([
    ['too few', [w(new Uint8Array(4))], 'tensor "w": its data has 4 bytes, F32 of shape [2] takes 8'],
    [
      'too many',
      [w(new Uint8Array(8), new Uint8Array(1), new Uint8Array(1))],
      'tensor "w": its data has at least 9 bytes, F32 of shape [2] takes 8',
    ],
  ])('refuses data of %s bytes', async (_, parts, message) => {
    await expect(collectParts(safetensorsParts(parts))).rejects.toThrow(message);
  });

  it('refuses a header that cannot be before anything is written', () => {
    expect(() => safetensorsParts([w(), w()])).toThrow('tensor "w": this name is given twice');
    expect(() => safetensorsParts([{ ...w(), shape: [-1] }])).toThrow('tensor "w": shape [-1] is not a list');
    expect(() => safetensorsParts([{ ...w(), shape: [2 ** 52] }])).toThrow('the file would be larger');
    expect(() => safetensorsParts([{ ...w(), name: '__metadata__' }])).toThrow('reserved');
  });
});
