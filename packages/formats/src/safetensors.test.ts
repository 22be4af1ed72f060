// Reference: a file written by the safetensors Python package 0.8 (fixtures/make.py), and headers assembled by hand
// from the published description of the format.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from './half';
import type { NdArray } from './ndarray';
import { blobSource, bytesSource, type RangeSource } from './range-source';
import { openSafetensors, readSafetensors, writeSafetensors } from './safetensors';

const independent = new Uint8Array(readFileSync(new URL('../fixtures/independent.safetensors', import.meta.url)));

function assemble(header: string, data: number[]): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

const onePair = (entry: string, data = [0, 0, 0x80, 0x3f]) => assemble(`{"w":${entry}}`, data);

describe('a file of the Python package', () => {
  it('whole', () => {
    const { metadata, tensors } = readSafetensors(independent);
    expect(metadata).toEqual({ step: '12', title: 'Größe' });
    expect([...tensors.keys()].sort()).toEqual(['b', 'empty', 'f16', 'f32', 'i64']);
    expect(tensors.get('f32')).toEqual({ dtype: 'F32', shape: [2, 3], data: Float32Array.of(-3, -2, -1, 0, 1, 2) });
    expect(tensors.get('i64')).toEqual({ dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 0n) });
    expect(tensors.get('b')).toEqual({ dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) });
    expect(tensors.get('empty')).toEqual({ dtype: 'F32', shape: [0, 4], data: new Float32Array(0) });
    expect([...toFloat32(tensors.get('f16')!)]).toEqual([-1, 0, 1]);
  });

  it.each([
    ['bytes', bytesSource(independent)],
    ['Blob', blobSource(new Blob([independent]))],
  ])('lazily from %s', async (_, source) => {
    const file = await openSafetensors(source);
    const whole = readSafetensors(independent);
    expect(file.metadata).toEqual(whole.metadata);
    expect(file.names).toEqual([...whole.tensors.keys()]);
    for (const name of file.names) expect(await file.read(name)).toEqual(whole.tensors.get(name));
    expect(file.has('nothing')).toBe(false);
    expect(() => file.info('nothing')).toThrow('no tensor "nothing"');
  });

  it('lazily reads no more than the header and the tensor asked for', async () => {
    const ranges: [number, number][] = [];
    const inner = bytesSource(independent);
    const counting: RangeSource = {
      size: inner.size,
      read: (offset, length) => {
        ranges.push([offset, length]);
        return inner.read(offset, length);
      },
    };
    const file = await openSafetensors(counting);
    await file.read('f16');
    const headerBytes = new DataView(independent.buffer, independent.byteOffset).getUint32(0, true);
    expect(ranges).toEqual([
      [0, 8],
      [8, headerBytes],
      [8 + headerBytes + file.info('f16').begin, 6],
    ]);
  });
});

describe('writing', () => {
  const tensors = new Map<string, NdArray>([
    ['10', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ['2', { dtype: 'BF16', shape: [2, 1], data: Uint16Array.of(0x3f80, 0xc000) }],
    ['odd', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ['f64', { dtype: 'F64', shape: [], data: Float64Array.of(0.5) }],
  ]);

  it('lays out the header as the format says', () => {
    const file = writeSafetensors({ w: tensors.get('10')! }, { k: 'v' });
    const json = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
    expect(file).toEqual(assemble(padded, [0, 0, 0x80, 0x3f]));
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

describe('broken files give one line that names file and tensor', () => {
  const ok = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const two = (a: string, b: string, data: number[]) =>
    assemble(
      `{"a":{"dtype":"U8","shape":[2],"data_offsets":${a}},"b":{"dtype":"U8","shape":[2],"data_offsets":${b}}}`,
      data,
    );

  it.each([
    ['empty', new Uint8Array(0), 'm.safetensors: not a safetensors file: 0 bytes, expected at least 8'],
    [
      'absurd length',
      new Uint8Array(9).fill(255),
      'm.safetensors: not a safetensors file: header of 18446744073709551615',
    ],
    ['short header', onePair(ok).subarray(0, 20), 'm.safetensors: truncated: header of'],
    [
      'truncated data',
      onePair(ok).subarray(0, -1),
      'm.safetensors: tensor "w": data_offsets [0,4] reach past the data',
    ],
    ['bad JSON', assemble('{"w":', []), 'm.safetensors: header is not JSON'],
    ['array header', assemble('[]', []), 'm.safetensors: header is not a JSON object'],
    [
      'unknown dtype',
      onePair(ok.replace('F32', 'C64')),
      'm.safetensors: tensor "w": unknown dtype "C64", expected one of F64',
    ],
    ['inherited name as dtype', onePair(ok.replace('F32', 'toString')), 'unknown dtype "toString"'],
    [
      'wrong dtype',
      onePair(ok.replace('F32', 'F16')),
      'tensor "w": F16 of shape [1] takes 2 bytes, data_offsets hold 4',
    ],
    [
      'wrong shape',
      onePair(ok.replace('[1]', '[1,2]')),
      'tensor "w": F32 of shape [1,2] takes 8 bytes, data_offsets hold 4',
    ],
    [
      'negative extent',
      onePair(ok.replace('[1]', '[-1]')),
      'tensor "w": shape [-1] is not a list of whole numbers >= 0',
    ],
    ['reversed offsets', onePair(ok.replace('[0,4]', '[4,0]')), 'tensor "w": data_offsets [4,0] is not [begin, end]'],
    ['overlap', two('[0,2]', '[1,3]', [1, 2, 3]), 'tensor "b": overlaps tensor "a"'],
    ['hole', two('[0,2]', '[3,5]', [1, 2, 3, 4, 5]), 'tensor "b": begins at 3, but the data before it ends at 2'],
    ['trailing data', two('[0,2]', '[2,4]', [1, 2, 3, 4, 5]), 'the tensors end at 4, but the data section has 5 bytes'],
    ['metadata', assemble('{"__metadata__":{"a":1}}', []), '__metadata__ "a" is number, expected a string'],
  ])('%s', async (_, bytes, message) => {
    expect(() => readSafetensors(bytes, { name: 'm.safetensors' })).toThrow(message);
    await expect(openSafetensors(bytesSource(bytes, 'm.safetensors'))).rejects.toThrow(message);
    try {
      readSafetensors(bytes, { name: 'm.safetensors' });
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
